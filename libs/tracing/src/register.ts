// `node --import @tracelab/tracing/register dist/main.js`: tracing starts before the application's first module.
import { loadTracingConfig } from './config.ts';
import { loadInstrumentations } from './load-instrumentations.ts';
import { startTracing } from './start-tracing.ts';
import { isMainThread } from 'node:worker_threads';

// Worker threads inherit --import. They serve no requests, and one sender of spans for each process is enough.
if (isMainThread) {
  const { otherLibraries, isDisabled } = loadTracingConfig();
  startTracing({ instrumentations: isDisabled ? [] : await loadInstrumentations(otherLibraries) });
}
