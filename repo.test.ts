// The house rules that can be run. A failure says which file breaks which rule, and what to do.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, expect, test } from '@jest/globals';

interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

const packageAt = (file: string): Package => ({
  folder: file.replace(/\/?package\.json$/, ''),
  manifest: JSON.parse(readFileSync(file, 'utf8')) as Manifest,
});

const layer = (name: string) => globSync(`${name}/*/package.json`).sort().map(packageAt);
const services = layer('services');
const packages = [...layer('libs'), ...services, ...layer('examples'), packageAt('scripts/package.json')];
const everything = [...packages, packageAt('package.json')];
const serviceNames = services.map(({ manifest }) => manifest.name);

const declaredBy = ({ manifest }: Package): Record<string, string> => ({
  ...manifest.peerDependencies,
  ...manifest.optionalDependencies,
  ...manifest.devDependencies,
  ...manifest.dependencies,
});
const workspaceDepsOf = ({ manifest: { dependencies = {} } }: Package) =>
  Object.keys(dependencies).filter(name => dependencies[name] === 'workspace:*');

const sourcesOf = ({ folder }: Package) =>
  globSync(`${folder}/{src,test,bench}/**/*.{ts,tsx}`).filter(file => !file.includes('/fixtures/'));

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;
const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, from = '', dynamic = '']) => from || dynamic);
const packageNameOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

describe.each(packages.map(each => [each.folder, each] as const))('%s', (folder, each) => {
  test('says in one sentence what it is', () => {
    expect(each.manifest.description).toMatch(/^[A-Z][^.]*(\.[^.\s]+[^.]*)*\.$/);
  });

  test('depends on no service: services meet in @tracelab/contracts and over HTTP', () => {
    const onServices = sourcesOf(each)
      .flatMap(file => importsOf(file).map(specifier => `${file} imports ${specifier}`))
      .filter(line => serviceNames.some(name => name !== each.manifest.name && line.endsWith(` ${name}`)));
    const declared = workspaceDepsOf(each).filter(name => serviceNames.includes(name));
    expect({ onServices, declared }).toEqual({ onServices: [], declared: [] });
  });

  test('declares what it imports: add the missing ones to its package.json, as "catalog:" or "workspace:*"', () => {
    const declared = new Set([...Object.keys(declaredBy(each)), each.manifest.name]);
    const missing = sourcesOf(each).flatMap(file =>
      importsOf(file)
        .filter(specifier => !specifier.startsWith('.') && !isBuiltin(specifier))
        .map(packageNameOf)
        // The root brings these to every test.
        .filter(name => !declared.has(name) && !['@jest/globals', 'fast-check'].includes(name))
        .map(name => `${file} imports ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('takes every external version from the catalog in pnpm-workspace.yaml', () => {
    const own = Object.entries(declaredBy(each)).filter(([, version]) => !/^(catalog|workspace):/.test(version));
    expect(own.filter(([name]) => !(name in (each.manifest.peerDependencies ?? {})))).toEqual([]);
  });

  test('reads the environment in config.ts alone: add the setting there and pass the value in', () => {
    const readers = sourcesOf(each).filter(
      file =>
        file.includes('/src/') &&
        !/(\/config|\.test)\.ts$/.test(file) &&
        /\bprocess\.env\b|\benv\b[^;]*from 'node:process'/.test(readFileSync(file, 'utf8')),
    );
    expect(readers).toEqual([]);
  });

  test('is built after what it depends on: tsconfig.build.json lists its workspace dependencies', () => {
    const file = `${folder}/tsconfig.build.json`;
    if (!existsSync(file)) return;
    const { references = [] } = JSON.parse(readFileSync(file, 'utf8')) as { references?: { path: string }[] };
    const built = workspaceDepsOf(each)
      .map(name => name.replace('@tracelab/', ''))
      .filter(name => existsSync(`libs/${name}/tsconfig.build.json`));
    const listed = references.map(({ path }) => path.split('/').at(-2) ?? '');
    expect([...listed].sort()).toEqual([...built].sort());
  });
});

test('the root takes every external version from the catalog', () => {
  const { devDependencies = {} } = packageAt('package.json').manifest;
  expect(Object.entries(devDependencies).filter(([, version]) => version !== 'catalog:')).toEqual([]);
});

test('the catalog holds no version that nobody uses', () => {
  const [settings = '', catalog = ''] = readFileSync('pnpm-workspace.yaml', 'utf8').split('\ncatalog:\n');
  const names = [...catalog.matchAll(/^ {2}'?([^':\s]+)'?: /gm)].map(([, name = '']) => name);
  const used = new Set(everything.flatMap(each => Object.keys(declaredBy(each))));
  const isOverride = (name: string) => settings.includes(`\n  '${name}': 'catalog:'`);
  expect(names.filter(name => !used.has(name) && !isOverride(name))).toEqual([]);
});

test('the contracts stand alone, on zod', () => {
  expect(Object.keys(packageAt('libs/contracts/package.json').manifest.dependencies ?? {})).toEqual(['zod']);
});

describe.each(services.map(({ folder }) => folder))('%s', folder => {
  test('has the skeleton that every service has', () => {
    const isHub = folder.endsWith('/hub'); // plain Fastify: it has to start fast and stay small, and needs no modules
    const skeleton = [
      'package.json',
      'tsconfig.build.json',
      'src/main.ts',
      'src/config.ts',
      ...(isHub ? [] : ['src/app.module.ts']),
    ];
    expect(skeleton.filter(file => !existsSync(`${folder}/${file}`))).toEqual([]);
  });
});

test('the lockfile holds no address of a registry', () => {
  expect(readFileSync('pnpm-lock.yaml', 'utf8')).not.toMatch(/https?:\/\//);
});
