import { type FastifyInstance } from 'fastify';

/** Lets pages of those origins send spans: answers preflights, and marks answers as readable. `*` lets any. */
export function allowCrossOrigin(app: FastifyInstance, origins: readonly string[]): void {
  const isAllowed = (origin: string) => origins.includes('*') || origins.includes(origin);
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !isAllowed(origin)) return;
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    if (request.method !== 'OPTIONS') return;
    const wanted = request.headers['access-control-request-headers'] ?? 'content-type, content-encoding';
    await reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', wanted)
      .header('access-control-max-age', '7200')
      .send();
  });
  app.options('*', (_request, reply) => reply.code(403).send());
}
