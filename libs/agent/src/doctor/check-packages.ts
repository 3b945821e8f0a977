import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Finding } from './finding.ts';
import { manifestIn } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** What in the project of `folder` keeps spans from being made. */
export function checkPackages(folder: string): Finding[] {
  const manifest = manifestIn(folder);
  if (manifest === undefined) return [];
  return [
    severalCopies(folder, '@opentelemetry/api', 'SEVERAL_APIS'),
    severalCopies(folder, '@opentelemetry/instrumentation', 'SEVERAL_SDKS'),
    bundled(folder, manifest),
    oldInstrumentation(manifest),
    unsupported(folder, manifest),
  ].flatMap(finding => finding ?? []);
}

function severalCopies(folder: string, name: string, code: 'SEVERAL_APIS' | 'SEVERAL_SDKS'): Finding | undefined {
  const versions = new Set(copiesOf(join(folder, 'node_modules'), name).map(copy => manifestIn(copy)?.version ?? '?'));
  if (versions.size < 2) return undefined;
  return {
    code,
    message: `${name} is installed ${versions.size} times: ${[...versions].sort().join(', ')}; spans of one are lost to the other`,
    remedy: 'Ask for one version by "overrides", and install again.',
  };
}

// The folder itself, what its packages carry within them, and pnpm's store.
function copiesOf(modules: string, name: string, depth = 0): string[] {
  if (!existsSync(modules)) return [];
  const here = join(modules, name);
  const inner =
    depth > 4 ? [] : packagesIn(modules).flatMap(each => copiesOf(join(each, 'node_modules'), name, depth + 1));
  const store = join(modules, '.pnpm');
  const stored = existsSync(store)
    ? readdirSync(store)
        .filter(entry => entry.startsWith(`${name.replace('/', '+')}@`))
        .map(entry => join(store, entry, 'node_modules', name))
    : [];
  return [
    ...new Set(
      [here, ...stored]
        .filter(copy => existsSync(copy))
        .map(copy => realpathSync(copy))
        .concat(inner),
    ),
  ];
}

function packagesIn(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter(entry => !entry.name.startsWith('.') && !entry.isSymbolicLink() && entry.isDirectory())
    .flatMap(({ name }) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map(inner => join(modules, name, inner))
        : join(modules, name),
    );
}

// Libraries in one file cannot be seen as they load.
function bundled(folder: string, { main, scripts = {} }: Manifest): Finding | undefined {
  const started = /node\s+(?:-\S+\s+)*(\S+\.[cm]?js)/.exec(scripts['start'] ?? '')?.[1] ?? main;
  if (started === undefined) return undefined;
  const file = join(folder, started);
  if (!existsSync(file) || statSync(file).size > 50_000_000) return undefined;
  const text = readFileSync(file, 'utf8');
  const isBundle =
    /__webpack_require__|__commonJS\s*=\s*\(|var __getOwnPropNames\b|node_modules\/\.pnpm\/|\/\/ node_modules\//.test(
      text,
    );
  if (!isBundle) return undefined;
  return {
    code: 'BUNDLED',
    message: `${started} is a bundle: of what is built into it only http, fetch, Fastify and ioredis 6 give spans`,
    remedy: 'Leave dependencies out of the bundle (esbuild: --packages=external; webpack: externals).',
  };
}

function oldInstrumentation({ dependencies = {}, devDependencies = {} }: Manifest): Finding | undefined {
  const gone = [
    '@opentelemetry/instrumentation-fastify',
    '@opentelemetry/exporter-jaeger',
    '@opentelemetry/node',
    '@opentelemetry/tracing',
  ];
  const found = gone.find(name => name in dependencies || name in devDependencies);
  if (found === undefined) return undefined;
  return {
    code: 'OLD_INSTRUMENTATION',
    message: `${found} is no longer maintained and makes no spans with today's SDK`,
    remedy: 'Remove it; the agent needs no package in the program.',
  };
}

const supported: Readonly<Record<string, readonly [from: number, below: number]>> = {
  '@nestjs/core': [11, 13],
  fastify: [5, 6],
  express: [4, 6],
  pg: [8, 9],
  mysql2: [1, 4],
  mongodb: [4, 8],
  kafkajs: [0, 3],
};

function unsupported(folder: string, { dependencies = {} }: Manifest): Finding | undefined {
  for (const [name, [from, below]] of Object.entries(supported)) {
    const version = name in dependencies ? versionOf(folder, name) : undefined;
    const major = Number(version?.split('.')[0]);
    if (version === undefined || (major >= from && major < below)) continue;
    return {
      code: 'UNSUPPORTED_VERSION',
      message: `${name} ${version} is not one the agent knows (${from} to ${below - 1})`,
      remedy: `Use a release from ${from} to ${below - 1}, or expect HTTP spans only.`,
    };
  }
  return undefined;
}

function versionOf(folder: string, name: string): string | undefined {
  const direct = manifestIn(join(folder, 'node_modules', name));
  if (direct !== undefined) return direct.version;
  try {
    const file = createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`);
    return manifestIn(dirname(file))?.version;
  } catch {
    // Not installed, or it hides its manifest.
    return undefined;
  }
}
