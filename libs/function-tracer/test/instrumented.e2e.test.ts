import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { run as runCommand } from '../src/cli/run.ts';
import { type LoggedEvent, readLog, temporaryDirectory } from './traced-process.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** A copy of a package of this repository, to be changed. */
class Copy {
  readonly directory = join(temporaryDirectory(), 'copy');
  readonly log = join(this.directory, 'flow.jsonl');
  readonly #original: Readonly<Record<string, string>>;

  constructor(name: string, folders: readonly string[]) {
    const source = join(REPOSITORY, name);
    for (const folder of folders) cpSync(join(source, folder), join(this.directory, folder), { recursive: true });
    cpSync(join(source, 'package.json'), join(this.directory, 'package.json'));
    this.#original = this.contents();
    this.#link(join(source, 'node_modules'));
    this.#writeSettings();
  }

  contents(): Readonly<Record<string, string>> {
    const files = globSync('{src,test}/**/*.*', { cwd: this.directory }).toSorted();
    return Object.fromEntries(files.map(name => [name, readFileSync(join(this.directory, name), 'utf8')]));
  }

  isOriginal(): boolean {
    return JSON.stringify(this.contents()) === JSON.stringify(this.#original);
  }

  /** Its own dependencies and the tracer; above it, as in the repository, those of all packages. */
  #link(modules: string): void {
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.directory, '../node_modules'));
    const own = globSync(['[^@]*', '@*/*'], { cwd: modules }).map(name => [name, join(modules, name)] as const);
    const tracer = ['@tracelab/function-tracer', join(REPOSITORY, 'libs/function-tracer')] as const;
    for (const [name, target] of new Map([...own, tracer])) {
      const link = join(this.directory, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(target, link);
    }
  }

  #writeSettings(): void {
    const compilerOptions = { customConditions: ['@tracelab/source'], noEmit: true, noUnusedLocals: false };
    const extended = join(REPOSITORY, 'tsconfig.options.json');
    const settings = { extends: extended, compilerOptions, include: ['src'], exclude: ['**/*.test.ts'] };
    writeFileSync(join(this.directory, 'tsconfig.json'), JSON.stringify(settings));
    const jest = `import repository from ${JSON.stringify(join(REPOSITORY, 'jest.config.js'))};
      const { extensionsToTreatAsEsm, testEnvironmentOptions, transform } = repository;
      const [[files, [, swc]]] = Object.entries(transform);
      const transformer = ${JSON.stringify(join(REPOSITORY, 'node_modules/@swc/jest/index.js'))};
      export default { extensionsToTreatAsEsm, testEnvironmentOptions, transform: { [files]: [transformer, swc] } };`;
    writeFileSync(join(this.directory, 'jest.config.mjs'), jest);
  }

  async flowctl(...argv: readonly string[]): Promise<string> {
    let out = '';
    const keep = (...lines: readonly string[]) => {
      out += `${lines.join('\n')}\n`;
    };
    expect(await runCommand([...argv, join(this.directory, 'src')], { print: keep, warn: keep })).toBe(0);
    return out;
  }

  typeErrors(): Promise<string> {
    return this.#node([join(REPOSITORY, 'node_modules/typescript/bin/tsc'), '-p', this.directory]);
  }

  /** What Jest says at the end. */
  async testResults(): Promise<string> {
    const jest = join(REPOSITORY, 'node_modules/jest/bin/jest.js');
    const flags = [
      '--conditions=@tracelab/source',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
    ];
    const said = await this.#node([...flags, jest, '--config', 'jest.config.mjs', '--runInBand']);
    return said.slice(said.lastIndexOf('Test Suites:'));
  }

  events(): LoggedEvent[] {
    return readLog(this.log);
  }

  #node(args: readonly string[]): Promise<string> {
    const env = { ...process.env, FLOWTRACE_LOGFILE: this.log, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, args, { cwd: this.directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => {
        resolve(said);
      });
    });
  }
}

test('a package of this repository is instrumented, compiles, passes its tests traced, and restore brings back every byte', async () => {
  const copy = new Copy('libs/http', ['src']);
  const plain = await copy.testResults();
  expect(plain).toMatch(/^Test Suites: (\d+) passed, \1 total\nTests: +(\d+) passed, \2 total/);
  const { files } = JSON.parse(await copy.flowctl('instrument', '--json')) as { files: unknown[] };
  expect(files.length).toBeGreaterThan(3);
  const [typeErrors, traced] = await Promise.all([copy.typeErrors(), copy.testResults()]);
  expect(typeErrors).toBe('');
  expect(counts(traced)).toBe(counts(plain));
  expect(new Set(copy.events().map(({ function: name }) => name)).size).toBeGreaterThan(5);
  expect(copy.isOriginal()).toBe(false);
  await copy.flowctl('restore');
  expect(copy.isOriginal()).toBe(true);
}, 120_000);

test('a Nest application is instrumented, compiles, passes its test, and restore brings back every byte', async () => {
  const copy = new Copy('examples/nest-purchases', ['src', 'test']);
  await copy.flowctl('instrument');
  expect(copy.contents()['src/purchases/purchases.controller.ts']).toContain(
    "  @Post(\'purchases\')\n  @Trace()\n  async purchase(@Body()",
  );
  const [typeErrors, traced] = await Promise.all([copy.typeErrors(), copy.testResults()]);
  expect(typeErrors).toBe('');
  expect(counts(traced)).toMatch(/^Test Suites: 1 passed, 1 total\nTests: +1 passed, 1 total$/);
  await copy.flowctl('restore');
  expect(copy.isOriginal()).toBe(true);
}, 120_000);

function counts(results: string): string {
  return results.split('\n').slice(0, 2).join('\n');
}
