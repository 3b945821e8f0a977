import { parentPort, workerData } from 'node:worker_threads';

import type { WriterRequest, WriterThreadOptions } from './thread-messages.ts';
import { WriterLoop } from './writer-loop.ts';

const loop = new WriterLoop(workerData as WriterThreadOptions, report => {
  parentPort?.postMessage(report);
  if (report.type === 'closed') parentPort?.close();
});
parentPort?.on('message', (request: WriterRequest) => {
  loop.take(request);
});
