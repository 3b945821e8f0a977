import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folders whose code a process is going to load when it is told to go on; a service that starts at once has none. */
export const WARM_UP_FOLDERS = 'TRACELAB_WARM_UP_FOLDERS';
export const GO_ON = 'SIGUSR2';
export const IS_WARM = 'is warm';
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

// Nothing that tracing changes while it is loaded may come before tracing does.
const NOT_PATCHED = /^(@nestjs|@fastify|@opentelemetry|fastify|kysely|pino|reflect-metadata|rxjs|undici|zod)(\/|$)/;
const IMPORTED = /^(?:import|export) (?!type\b)[^;]*?'([^'.][^']*)';$/gm;

/** Loads what packages of others the code in these folders imports, and waits until it is told to go on. */
export async function warmUp(folders: readonly string[]): Promise<void> {
  const mayGoOn = new Promise<void>(resolve => {
    process.once(GO_ON, () => {
      resolve();
    });
  });
  registerHooks({
    load: (url, context, nextLoad) => {
      const [, folder] = /^(.*)\/package\.json\?warm-up$/.exec(url) ?? [];
      if (folder === undefined) return nextLoad(url, context);
      return { format: 'module', source: importsOf(new URL(folder)), shortCircuit: true };
    },
  });
  // Each as a module of its folder: there its imports lead where those of its files do.
  for (const folder of folders)
    await import(`${pathToFileURL(folder).href}/package.json?warm-up`).catch(() => undefined);
  process.stdout.write(`${IS_WARM}\n`);
  // A process does not stay for a signal alone.
  const stay = setInterval(() => undefined, LONGEST_INTERVAL_MS);
  await mayGoOn;
  clearInterval(stay);
}

function importsOf(folder: URL): string {
  // These patch whatever they are for while it is loaded.
  if (process.env['OTEL_NODE_ENABLED_INSTRUMENTATIONS']) return '';
  const names = new Set<string>();
  for (const file of globSync('src/**/*.ts', { cwd: folder })) {
    if (file.endsWith('.test.ts')) continue;
    for (const [, name = ''] of readFileSync(join(folder.pathname, file), 'utf8').matchAll(IMPORTED)) names.add(name);
  }
  return [...names]
    .filter(name => NOT_PATCHED.test(name))
    .map(name => `import '${name}';`)
    .join('\n');
}
