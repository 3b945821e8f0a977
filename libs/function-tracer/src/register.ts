// `node --import @tracelab/function-tracer/register app.js` traces the whole application by the environment's settings.
import { workerData } from 'node:worker_threads';
import { lenientConfig } from './config.ts';
import { startTracing } from './tracing.ts';
import { messageOf, warn } from './warning.ts';
import { WRITER_THREAD } from './writer/ring-sink.ts';

if ((workerData as { mark?: unknown } | null)?.mark !== WRITER_THREAD) {
  const { config, faults } = lenientConfig();
  for (const fault of faults) warn('FLOWTRACE_CONFIG', `${fault}; the default is used`);
  try {
    startTracing(config);
  } catch (error) {
    warn('FLOWTRACE_START', `FlowTrace does not trace this thread: ${messageOf(error)}`);
  }
}
