// Puts what a traced program loads first into one file. As modules of their own the same code is 630 files, and finding, reading
// and linking them is most of what starting costs: see decision 30. From dist: `tsc -b` first.
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outfile = here('../dist/start.bundle.cjs');

// What the SDK imports for settings that few programs have: loaded at their first use.
const seldomUsed = /^@opentelemetry\/(?:configuration|propagator-b3|instrumentation-runtime-node|exporter-.*)$/;
// One copy for the stock instrumentations and for this file: they share the hooks that see modules load.
const shared = /^(?:@opentelemetry\/(?:api|instrumentation)|import-in-the-middle|require-in-the-middle)(?:$|\/)/;

// A name of its own hides from the bundler what is required later.
const banner = `const { pathToFileURL } = require('node:url');
const thisUrl = pathToFileURL(__filename).href;
const urlOf = name => pathToFileURL(require.resolve(name)).href;
const requireLater = require;`;

await build({
  entryPoints: [here('../dist/start.js')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22',
  // Not ESM: to import a module of Node's own is to read every export of it, and one of http's loads undici.
  format: 'cjs',
  conditions: ['import'],
  logLevel: 'warning',
  define: { 'import.meta.url': 'thisUrl', 'import.meta.resolve': 'urlOf' },
  banner: { js: banner },
  plugins: [leaving(shared), deferring(seldomUsed)],
});

/** Leaves packages where they are; by their files, since they may be nobody's dependency but a dependency's. */
function leaving(packages: RegExp): Plugin {
  return {
    name: 'leaving',
    setup: bundle => {
      bundle.onResolve({ filter: packages }, ({ path, resolveDir }) => ({
        path: fromOutput(resolved(path, resolveDir)),
        external: true,
      }));
    },
  };
}

/** Replaces packages by ones that load them when something of them is called or constructed. */
function deferring(packages: RegExp): Plugin {
  return {
    name: 'deferring',
    setup: bundle => {
      bundle.onResolve({ filter: packages }, ({ path, resolveDir }) => ({
        path: resolved(path, resolveDir),
        namespace: 'deferred',
      }));
      bundle.onLoad({ filter: /.*/, namespace: 'deferred' }, async ({ path }) => {
        const names = Object.keys((await import(pathToFileURL(path).href)) as object);
        return { contents: deferred(path, names), loader: 'js' };
      });
    },
  };
}

function deferred(file: string, names: readonly string[]): string {
  return `const load = () => requireLater(${JSON.stringify(fromOutput(file))});
const later = name => new Proxy(class {}, {
  construct: (_, args) => Reflect.construct(load()[name], args),
  apply: (_, self, args) => Reflect.apply(load()[name], self, args),
  get: (_, key) => load()[name][key],
});
${names.map(name => (name === 'default' ? '' : `export const ${name} = later('${name}');`)).join('\n')}`;
}

// As the SDK's own imports find it: the ESM half of a package that has two.
function resolved(specifier: string, from: string): string {
  const file = createRequire(`${from}/`).resolve(specifier);
  return file.replace(/\.cjs$/, '.mjs');
}

function fromOutput(file: string): string {
  const path = relative(here('../dist'), file);
  return path.startsWith('.') ? path : `./${path}`;
}
