/** The Nest pipeline as spans, through the `instrument` option that Nest 12 offers. */
export { tracingInstrument } from './tracing-instrument.ts';
export type { TracingInstrument } from './pipeline-instrument.ts';
export { registerServerSpans } from '../fastify/server-spans.ts';
