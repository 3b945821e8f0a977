import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { analyzeFiles } from '../src/cli/commands/analyze.ts';
import { instrumentSource } from '../src/cli/instrument-source.ts';
import { run as runCommand } from '../src/cli/run.ts';
import { sourceFiles } from '../src/cli/source-files.ts';
import { showMicros } from '../src/reader/call-tree.ts';
import { callsOf } from '../src/reader/calls.ts';
import { readLog, run, temporaryDirectory } from './traced-process.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function flowctl(...argv: readonly string[]): Promise<Answer> {
  let [out, err] = ['', ''];
  const code = await runCommand(argv, {
    print: (...lines) => {
      out += `${lines.join('\n')}\n`;
    },
    warn: (...lines) => {
      err += `${lines.join('\n')}\n`;
    },
  });
  return { code, out, err };
}

const NEST = `import { Controller, Get, Injectable, Param } from '@nestjs/common';

// A greeting for everyone.
@Injectable()
export class Greeter {
  constructor(private readonly name = 'World') {}

  greet(): string {
    return \`Hello \${this.name}!\`; // said once
  }
}

@Controller('hello')
export class HelloController {
    constructor(private readonly greeter: Greeter) {}

    @Get()
    async hello(): Promise<string> {
        return this.greeter.greet();
    }

    @Get(':name') named(@Param('name') name: string): string { return greetByName(name); }

    get lastOne(): string { return ''; }
    #hidden() { return this.lastOne; }
    empty(): void {}
    peek() { return this.#hidden(); }
}

export function greetByName(name: string): string {
  return \`Hello \${name}\`;
}

const twice = (n: number) => n * 2;
export const four = twice(2);
`;

test('no command shows the help; a wrong one says so', async () => {
  expect(await flowctl()).toMatchObject({ code: 0, out: expect.stringContaining('usage: flowctl') });
  expect(await flowctl('dance')).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no command "dance"'),
  });
  expect(await flowctl('analyze', '--what')).toMatchObject({ code: 2 });
  expect(await flowctl('analyze', '/no/such')).toEqual({
    code: 1,
    out: '',
    err: '❌ Error: Path not found: /no/such\n',
  });
});

test('version and validate say what they found', async () => {
  expect((await flowctl('version')).out).toMatch(/^flowctl \d+\.\d+\.\d+\n/);
  const found = await flowctl('validate', join(REPOSITORY, 'libs/function-tracer'));
  expect(found).toMatchObject({ code: 0, out: expect.stringContaining('✅ FlowTrace setup looks good!') });
  expect(found.out).toMatch(/✅ Found \d+ source files/);
  const directory = temporaryDirectory();
  expect(await flowctl('validate', directory)).toMatchObject({
    code: 1,
    out: expect.stringContaining('⚠️ FlowTrace setup needs attention'),
  });
});

test('what cannot be read or written is said in a line', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'log.jsonl');
  const missing = join(directory, 'missing/x');
  writeFileSync(join(directory, 'package.json'), '{ "name": ');
  writeFileSync(file, '');
  const commands = [
    ['report', directory],
    ['export', file, '--to', 'chrome', '-o', missing],
    ['mcp', '--root', missing],
    ['validate', directory],
  ];
  for (const command of commands) {
    const { code, err } = await flowctl(...command);
    expect([command, code, err]).toEqual([command, 1, expect.stringMatching(/^❌ Error: .+\n$/)]);
    expect(err).toContain(directory);
  }
});

test('the command and every entry of the package are there once it is built', () => {
  const home = join(REPOSITORY, 'libs/function-tracer');
  const { bin, exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    exports: Record<string, { '@tracelab/source': string; default: string }>;
  };
  const built = [...Object.values(bin), ...Object.values(exports).map(entry => entry.default)];
  const sources = built.map(file => file.replace('./dist/', './src/').replace(/\.js$/, '.ts'));
  expect(sources.filter(file => !existsSync(join(home, file)))).toEqual([]);
  expect(Object.values(exports).map(entry => entry['@tracelab/source'])).toEqual(sources.slice(1));
});

test('one file that does not parse does not stop the others', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'bad.js'), 'function {');
  writeFileSync(join(directory, 'good.js'), 'function f() { return 1 }');
  mkdirSync(join(directory, 'node_modules/other'), { recursive: true });
  writeFileSync(join(directory, 'node_modules/other/index.js'), 'function g() { return 1 }');
  const { code, out } = await flowctl('analyze', directory, '-v');
  expect(code).toBe(0);
  for (const line of [
    '  2 files analyzed',
    '  1 total functions found',
    '  1 instrumentable functions',
    '  0 already instrumented',
    '  2 lines of code',
    '  Sync functions: 1',
  ]) {
    expect(out.split('\n')).toContain(line);
  }
  expect(out).toContain('bad.js:');
});

test('a file that begins with a byte order mark is listed, as automatic tracing leaves it alone', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'marked.js'), '\uFEFFfunction f() { return 1 }');
  const { code, out } = await flowctl('analyze', directory, '-v');
  expect(code).toBe(0);
  expect(out).toMatch(/marked\.js: .*byte order mark/);
  expect(out).toContain('  1 total functions found');
});

test('counts on this very repository agree with an independent parser', () => {
  const files = ['libs', 'services', 'examples', 'scripts']
    .flatMap(folder => sourceFiles(join(REPOSITORY, folder)))
    .filter(file => /\.tsx?$/.test(file));
  const analysis = analyzeFiles(files);
  const totals = { totalFunctions: 0, asyncFunctions: 0, classMethods: 0 };
  for (const file of files)
    count(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true), totals);
  expect(files.length).toBeGreaterThan(500);
  const { totalFunctions, asyncFunctions, classMethods } = analysis;
  expect({ totalFunctions, asyncFunctions, classMethods }).toEqual(totals);
});

function count(node: ts.Node, totals: { totalFunctions: number; asyncFunctions: number; classMethods: number }): void {
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
    totals.totalFunctions++;
    if (
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true
    )
      totals.asyncFunctions++;
    if (ts.isClassLike(node.parent) || ts.isPropertyDeclaration(node.parent)) totals.classMethods++;
  }
  ts.forEachChild(node, child => {
    count(child, totals);
  });
}

test('a dry run names the functions, shows the difference and writes nothing', async () => {
  const file = join(temporaryDirectory(), 'hello.ts');
  writeFileSync(file, NEST);
  const { code, out } = await flowctl('instrument', file, '-n');
  expect(code).toBe(0);
  expect(out).toContain('🔍 Dry run - no files will be modified');
  for (const name of ['greet', 'hello (async)', 'named', 'peek', 'greetByName', 'twice'])
    expect(out.split('\n')).toContain(`  • ${name}`);
  expect(out).toContain('  Total: 6 functions');
  expect(out).toContain('+    @Trace()\n     async hello(): Promise<string> {');
  expect(readFileSync(file, 'utf8')).toBe(NEST);
  expect(await flowctl('instrument', file, '--check')).toMatchObject({ code: 1 });
});

test('a dry run shows, as a patch, what instrument makes', async () => {
  const [patched, instrumented] = [temporaryDirectory(), temporaryDirectory()] as const;
  for (const directory of [patched, instrumented]) {
    cpSync(join(REPOSITORY, 'libs/function-tracer/src'), directory, { recursive: true });
    writeFileSync(join(directory, 'unended.ts'), 'export const f = (): number => 1;\nexport const g = () => 2;');
    writeFileSync(join(directory, 'one-line.mts'), "import fs from 'node:fs'; const f = () => fs");
    writeFileSync(join(directory, 'only-import.mts'), "const f = () => fs; f();\nimport fs from 'node:fs'");
    writeFileSync(join(directory, 'crlf.ts'), NEST.replaceAll('\n', '\r\n'));
  }
  const { out } = await flowctl('instrument', patched, '-n');
  const { status, stderr } = spawnSync('git', ['apply', '-p1'], { cwd: '/', input: out, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  await flowctl('instrument', instrumented, '--no-backup');
  const contents = (directory: string) =>
    sourceFiles(directory).map(file => [relative(directory, file), readFileSync(file, 'utf8')]);
  expect(contents(patched)).toEqual(contents(instrumented));
});

test('what is instrumented keeps its formatting, has decorators innermost, and compiles', async () => {
  const file = join(temporaryDirectory(), 'hello.ts');
  writeFileSync(file, NEST);
  const { out } = await flowctl('instrument', file);
  expect(out).toContain('  6 functions instrumented\n  Backup created: hello.ts.bak');
  const after = readFileSync(file, 'utf8');
  expect(after).toContain("from '@nestjs/common';\nimport { Trace, trace } from '@tracelab/function-tracer';\n");
  expect(after).toContain(
    '    @Get()\n    @Trace()\n    async hello(): Promise<string> {\n        return this.greeter.greet();',
  );
  expect(after).toContain('return `Hello ${this.name}!`; // said once');
  expect(after).toContain(
    '\n// @ts-expect-error: the function is replaced by itself, traced\ngreetByName = trace(greetByName);\n',
  );
  expect(after).toContain('\nexport function greetByName(name: string): string {');
  const { diagnostics } = ts.transpileModule(after, {
    reportDiagnostics: true,
    compilerOptions: { experimentalDecorators: true },
  });
  expect(diagnostics).toEqual([]);
  expect(await flowctl('instrument', file)).toMatchObject({
    code: 0,
    out: expect.stringContaining('⚠️ No functions were instrumented'),
  });
  expect(await flowctl('restore', file)).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toBe(NEST);
});

test('JavaScript that TypeScript checks is told of the assignment', () => {
  const { source } = instrumentSource(
    'x.js',
    '// @ts-check\nfunction half(n) { return n / 2 }\nmodule.exports = half;\n',
  );
  expect(source).toContain('\n// @ts-expect-error: the function is replaced by itself, traced\nhalf = trace(half);\n');
});

test('a comment that Jest reads at the top stays there', () => {
  const comment = '/**\n * @jest-environment jsdom\n */\n';
  const { source } = instrumentSource('x.js', `${comment}const half = n => n / 2;\n`);
  expect(source.startsWith(`${comment}const { trace }`)).toBe(true);
  const other = instrumentSource('x.js', '/** Halves. */\nconst half = n => n / 2;\n').source;
  expect(other).toMatch(/^(?:const|import) .*\n\/\*\* Halves/);
});

test.each([
  [
    "'use strict';\nconst f = () => 1;\nmodule.exports = f;\n",
    "'use strict';\nconst { trace } = require('@tracelab/function-tracer');\nconst f = trace(() => 1, { name: 'f' });\nmodule.exports = f;\n",
  ],
  [
    '#!/usr/bin/env node\nexport const f = (a) => a;\n',
    "#!/usr/bin/env node\nimport { trace } from '@tracelab/function-tracer';\nexport const f = trace((a) => a, { name: 'f' });\n",
  ],
  [
    'function f(a) { return a }\n',
    "const { trace } = require('@tracelab/function-tracer');\nf = trace(f);\nfunction f(a) { return a }\n",
  ],
  [
    "const { trace } = require('@tracelab/function-tracer');\nfunction f(a) { return a }\n",
    "const { trace } = require('@tracelab/function-tracer');\nf = trace(f);\nfunction f(a) { return a }\n",
  ],
  ['function f() { const g = () => 1; return g() }\nf = trace(f);\n', undefined],
  ['for (const a of []) { const g = () => a; }\n', undefined],
  ['class A { m() { return 1 } }\n', undefined],
  [
    'export const f = (a) => a;\r\nexport const g = 1;\r\n',
    "import { trace } from '@tracelab/function-tracer';\r\nexport const f = trace((a) => a, { name: 'f' });\r\nexport const g = 1;\r\n",
  ],
])('JavaScript %j becomes %j', (before, after) => {
  expect(instrumentSource('x.js', before).source).toBe(after ?? before);
});

test.each([
  ['x.cjs', 'const', undefined],
  ['x.mjs', 'import', undefined],
  ['x.js', 'const', undefined],
  ['x.js', 'const', 'commonjs'],
  ['x.js', 'import', 'module'],
  ['x.cjs', 'const', 'module'],
  ['x.ts', 'import', undefined],
] as const)('%s begins with %s in a package of type %s', async (name, first, type) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type }));
  writeFileSync(join(directory, name), 'const f = () => 1;\n');
  await flowctl('instrument', directory);
  expect(readFileSync(join(directory, name), 'utf8')).toMatch(new RegExp(`^${first} { trace } `));
});

const CHECK = 'function check(n) { if (n < 0) throw new RangeError(); return n; }\n';

test.each([
  ['begins with a function', { 'main.mjs': 'function f(x) { return x; }\nconsole.log(f(1));' }],
  ['begins with a hashbang', { 'main.cjs': '#!/usr/bin/env node\nfunction f(x) { return x; }\nconsole.log(f(1));' }],
  [
    'calls what calls what stands below',
    { 'main.mjs': 'main();\nfunction helper(x) { return x + 1; }\nfunction main() { console.log(helper(1)); }' },
  ],
  [
    'assigns to its functions',
    { 'main.cjs': `console.log(check(1));\ncheck = (f => n => f(n) * 2)(check);\n${CHECK}` },
  ],
  [
    'asks for names',
    { 'main.mjs': 'const f = () => 1, g = function h() { return 2 };\nconsole.log(f.name, g.name, f(), g());' },
  ],
  [
    'calls a function from a static initializer',
    {
      'main.ts': `class Money { static readonly zero = check(0); }\n${CHECK.replace('n)', 'n: number)')}console.log(Money.zero);`,
    },
  ],
  [
    'is called by what it imports',
    {
      'main.mjs': "import { b } from './other.mjs';\nexport function a() { return 'a'; }\nconsole.log(b, a());",
      'other.mjs': "import { a } from './main.mjs';\nexport const b = a() + 'b';",
    },
  ],
])(
  'a program that %s does the same once it is instrumented',
  async (_what, files: Readonly<Record<string, string>>) => {
    const directory = temporaryDirectory();
    for (const [name, source] of Object.entries(files)) writeFileSync(join(directory, name), source);
    mkdirSync(join(directory, 'node_modules/@tracelab'), { recursive: true });
    symlinkSync(
      fileURLToPath(new URL('..', import.meta.url)),
      join(directory, 'node_modules/@tracelab/function-tracer'),
    );
    const [main = ''] = Object.keys(files);
    const plain = await run(main, [], { cwd: directory, isTraced: false });
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect((await flowctl('instrument', directory)).code).toBe(0);
    expect(await run(main, [], { cwd: directory, isTraced: false })).toEqual(plain);
    expect(readLog(join(directory, 'flowtrace.jsonl')).length).toBeGreaterThan(0);
  },
);

test('a restore leaves alone what was written since', async () => {
  const file = join(temporaryDirectory(), 'hello.ts');
  writeFileSync(file, NEST);
  await flowctl('instrument', file);
  writeFileSync(file, '// all new\n');
  expect(await flowctl('restore', file)).toMatchObject({ code: 1, err: expect.stringContaining(`⚠️ ${file} is not`) });
  expect(readFileSync(file, 'utf8')).toBe('// all new\n');
  expect(readFileSync(`${file}.bak`, 'utf8')).toContain(NEST);
});

test("a restore leaves alone somebody's own backups, and no backup is written over", async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'notes.ts');
  writeFileSync(file, NEST);
  writeFileSync(`${file}.bak`, '// older notes');
  expect(await flowctl('restore', directory)).toMatchObject({ code: 1, out: '⚠️ No backups found\n' });
  expect(await flowctl('instrument', directory)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${file}.bak`),
  });
  expect(readFileSync(file, 'utf8')).toBe(NEST);
  expect(readFileSync(`${file}.bak`, 'utf8')).toBe('// older notes');
});

test('what was taken back by other means can be instrumented and restored again', async () => {
  const file = join(temporaryDirectory(), 'hello.ts');
  for (let round = 0; round < 2; round++) {
    writeFileSync(file, NEST);
    expect(await flowctl('instrument', file)).toMatchObject({ code: 0, err: '' });
  }
  expect(await flowctl('restore', file)).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(file, 'utf8')).toBe(NEST);
});

const log = join(temporaryDirectory(), 'flow.jsonl');
beforeAll(async () => {
  await run('steps.cjs', [], { env: { FLOWTRACE_LOGFILE: log } });
}, 30_000);

test('a time is printed in the unit that it is in', () => {
  expect([50_545, 999, 2_500_000].map(showMicros)).toEqual(['50.55 ms', '999 µs', '2.50 s']);
});

test('a report names what was slow, hot, wrong and repeated', async () => {
  const { code, out } = await flowctl('report', log, '--top', '5');
  expect(code).toBe(0);
  for (const part of [
    '🐌 Slowest',
    '🔥 Hottest',
    '❌ Errors',
    'steps.riskyFunction: TypeError: Invalid input',
    '🌳 Call tree',
    'steps.passOn',
  ])
    expect(out).toContain(part);
  expect(await flowctl('report', '/no/such.jsonl')).toMatchObject({
    code: 1,
    err: '❌ Error: File not found: /no/such.jsonl\n',
  });
});

test('two runs are compared function by function', async () => {
  const other = join(temporaryDirectory(), 'other.jsonl');
  await run('steps.cjs', ['hot'], { env: { FLOWTRACE_LOGFILE: other } });
  const changes = JSON.parse((await flowctl('diff', log, other, '--json')).out) as {
    name: string;
    callsDelta: number;
  }[];
  expect(changes.find(({ name }) => name === 'steps.tiny')?.callsDelta).toBe(60_000);
  expect(changes.find(({ name }) => name === 'steps.passOn')?.callsDelta).toBe(0);
});

test('an export nests as the calls did, in each format', async () => {
  const calls = callsOf(readLog(log));
  const chrome = JSON.parse((await flowctl('export', log, '--to', 'perfetto')).out) as {
    traceEvents: { ph: string; name: string; ts: number; dur: number; tid: number }[];
  };
  const slices = chrome.traceEvents.filter(({ ph }) => ph === 'X');
  expect(slices).toHaveLength(calls.length);
  for (const [tid, track] of Map.groupBy(slices, slice => slice.tid)) {
    const overlapping = track.filter((a, index) =>
      track.slice(index + 1).some(b => b.ts > a.ts && b.ts < a.ts + a.dur && b.ts + b.dur > a.ts + a.dur + 2),
    );
    expect([tid, overlapping]).toEqual([tid, []]);
  }
  const speedscope = JSON.parse((await flowctl('export', log, '--to', 'speedscope')).out) as {
    profiles: { events: { type: string; at: number }[] }[];
  };
  for (const { events } of speedscope.profiles) {
    expect(events.filter(({ type }) => type === 'O')).toHaveLength(events.filter(({ type }) => type === 'C').length);
    expect(events.every(({ at }, index) => index === 0 || at >= (events[index - 1]?.at ?? 0))).toBe(true);
  }
  expect(await flowctl('export', log, '--to', 'punch-cards')).toMatchObject({ code: 2 });
});

test('view sends the calls to a trace backend and says where to look', async () => {
  const bodies: {
    resourceSpans: {
      scopeSpans: { spans: { traceId: string; spanId: string; parentSpanId?: string; name: string }[] }[];
    }[];
  }[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number]);
      response.end('{}');
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, out } = await flowctl('view', log, '--endpoint', endpoint);
  server.close();
  const spans = bodies.flatMap(({ resourceSpans }) => resourceSpans[0]?.scopeSpans[0]?.spans ?? []);
  const root = spans.find(({ parentSpanId }) => parentSpanId === undefined);
  expect(code).toBe(0);
  expect(out).toBe(`http://localhost:16686/trace/${root?.traceId ?? ''}\n`);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(spans.every(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId))).toBe(true);
  expect(await flowctl('view', log, '--endpoint', endpoint)).toMatchObject({
    code: 1,
    err: expect.stringContaining('No trace backend answers'),
  });
});
