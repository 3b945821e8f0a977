/** The Nest pipeline as spans, through the `instrument` option that Nest 12 offers. */
export { tracingInstrument, type TracingInstrument } from './tracing-instrument.ts';
export { registerServerSpans } from '../fastify/server-spans.ts';
