/** Server spans natively from Fastify's hooks. */
export { registerServerSpans } from './server-spans.ts';
