import { type FastifyInstance, type FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Inline styles are what the graph and virtual list libraries set on elements; scripts are our own files only. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Built files carry a hash of their content in the name, so what has been fetched never changes. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

const NO_SCREENS = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tracelab hub</title>
<body><h1>Tracelab hub</h1>
<p>The hub is running, but its screens are not built. Build them, or name their directory with --ui.</p>
<p>The query API answers: <a href="/api/services">services</a>, <a href="/api/hub/search">newest traces</a>,
<a href="/api/hub/doctor">doctor</a>, <a href="/api/hub/status">status</a>, <a href="/metrics">metrics</a>.</p>
</body></html>
`;

/**
 * Serves the screens: files of a directory, and its index page for every other path a browser may be at, since the
 * screens find their place by the URL. Without a directory an honest page says so.
 */
export function screens(app: FastifyInstance, directory: string | undefined): void {
  app.get('/*', async (request, reply) => {
    const path = pathOf(request.url);
    if (path === undefined || path.startsWith('/api/')) return notFound(reply);
    reply.headers(SECURITY_HEADERS);
    const file = directory === undefined || path === '/' ? undefined : await read(directory, path);
    if (file !== undefined) {
      const isHashed = HASHED.test(path);
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      return reply.type(TYPES[extname(path)] ?? 'application/octet-stream').send(file);
    }
    // A file that is missing is missing; a page is the screens' affair.
    if (extname(path) !== '') return notFound(reply);
    const index = directory === undefined ? undefined : await read(directory, '/index.html');
    return reply
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(index ?? NO_SCREENS);
  });
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n');
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    return undefined;
  }
}

async function read(directory: string, path: string): Promise<Buffer | undefined> {
  const root = normalize(directory + sep);
  const file = join(root, path);
  if (!file.startsWith(root) || path.includes('\0')) return undefined;
  try {
    return await readFile(file);
  } catch {
    // Not there, or a directory: either way not a file to serve.
    return undefined;
  }
}
