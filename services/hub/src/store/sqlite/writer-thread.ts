import { parentPort, workerData } from 'node:worker_threads';

import type { StoreWriterOptions } from './store-writer.ts';
import type { WriterRequest } from './thread-messages.ts';
import { WriterLoop } from './writer-loop.ts';

const loop = new WriterLoop(workerData as StoreWriterOptions, report => {
  parentPort?.postMessage(report);
  if (report.type === 'closed') parentPort?.close();
});
parentPort?.on('message', (request: WriterRequest) => {
  loop.take(request);
});
