import { type FastifyInstance } from 'fastify';
import { isIP } from 'node:net';

/**
 * Refuses what a hostile page could make a browser on this machine send: requests under a foreign host name (DNS
 * rebinding) or from another origin. Addresses and names without a dot (localhost, a container's) cannot be rebound.
 */
export function guardHost(app: FastifyInstance, allowedHosts: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { host = '', origin } = request.headers;
    if (!isOwnName(nameOf(host), allowedHosts)) {
      return reply.code(403).type('text/plain; charset=utf-8').send(FOREIGN_HOST);
    }
    if (origin !== undefined && hostOf(origin) !== host) {
      return reply.code(403).type('text/plain; charset=utf-8').send('403 cross-origin requests are not allowed');
    }
    return undefined;
  });
}

const FOREIGN_HOST = '403 this host name is not allowed; add it to HUB_ALLOWED_HOSTS';

function isOwnName(name: string, allowedHosts: readonly string[]): boolean {
  if (name === '') return false;
  return !name.includes('.') || isIP(name) !== 0 || name.endsWith('.localhost') || allowedHosts.includes(name);
}

// `[::1]:16686` has its name in brackets.
function nameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d*$/, '')).toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
