/** Records every function call of a Node program without changing what the program does. */
export { Config, type ConfigDictionary, ConfigInvalid, type ConfigOptions } from './config.ts';
export { flushTracing, pauseTracing, resumeTracing, startTracing, stopTracing } from './tracing.ts';
