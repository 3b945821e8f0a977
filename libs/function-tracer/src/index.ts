/** Records every function call of a Node program without changing what the program does. */
export { Config, type ConfigDictionary, ConfigInvalid, type ConfigOptions } from './config.ts';
export { trace, Trace, TraceClass } from './decorators/trace.ts';
export type { TraceOptions } from './decorators/traced-function.ts';
export {
  flushTracing,
  initDecoratorLogger,
  pauseTracing,
  resumeTracing,
  startTracing,
  stopTracing,
} from './tracing.ts';
