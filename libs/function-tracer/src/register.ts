// `node --import @tracelab/function-tracer/register app.js` traces the whole application by the environment's settings.
import { workerData } from 'node:worker_threads';
import { lenientConfig } from './config.ts';
import { startTracing } from './tracing.ts';
import { WRITER_THREAD } from './writer/ring-sink.ts';

if ((workerData as { mark?: unknown } | null)?.mark !== WRITER_THREAD) {
  const { config, faults } = lenientConfig();
  for (const fault of faults)
    process.emitWarning(`${fault}; the default is used`, { type: 'FlowTraceWarning', code: 'FLOWTRACE_CONFIG' });
  startTracing(config);
}
