import { parentPort, workerData } from 'node:worker_threads';

import { DamagedPartition } from './partition-file.ts';
import { StoreReader } from './store-reader.ts';
import type { ReaderReport, ReaderRequest, ReaderThreadOptions } from './thread-messages.ts';

const reader = new StoreReader(workerData as ReaderThreadOptions);

function answer({ id, method, args }: ReaderRequest): ReaderReport {
  try {
    const methods = reader as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
    return { id, result: methods[method]?.(...args) };
  } catch (error) {
    const damaged = error instanceof DamagedPartition ? { damaged: error.partition } : {};
    return { id, error: (error as Error).message, ...damaged };
  }
}

parentPort?.on('message', (request: ReaderRequest) => {
  parentPort?.postMessage(answer(request));
  if (request.method === 'close') parentPort?.close();
});
