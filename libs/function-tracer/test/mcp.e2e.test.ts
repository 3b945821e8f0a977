import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { run, temporaryDirectory } from './traced-process.ts';

const BIN = fileURLToPath(new URL('../src/cli/bin.ts', import.meta.url));
const directory = temporaryDirectory();
const root = join(directory, 'served');
const client = new Client({ name: 'test', version: '1' });
let sessionId = '';

beforeAll(async () => {
  mkdirSync(root);
  writeFileSync(join(directory, 'outside.jsonl'), '{}\n');
  symlinkSync(join(directory, 'outside.jsonl'), join(root, 'link.jsonl'));
  await run('steps.cjs', [], {
    env: { FLOWTRACE_LOGFILE: join(root, 'flow.jsonl'), FLOWTRACE_SEGMENT_THRESHOLD: '100' },
  });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--conditions=@tracelab/source', BIN, 'mcp', '--root', root],
    }),
  );
  sessionId = ((await call('log.open', { path: 'flow.jsonl' })) as { sessionId: string }).sessionId;
}, 30_000);
afterAll(() => client.close());

async function text(name: string, input: Record<string, unknown>): Promise<{ text: string; isError: boolean }> {
  const result = await client.callTool({ name, arguments: input });
  const [content] = result.content as { text: string }[];
  return { text: content?.text ?? '', isError: result.isError === true };
}

async function call(name: string, input: Record<string, unknown> = {}): Promise<unknown> {
  const answer = await text(name, { sessionId, ...input });
  if (answer.isError) throw new Error(answer.text);
  return JSON.parse(answer.text) as unknown;
}

type Rows = Record<string, unknown>[];

test('serves the twelve tools of the original, and a summary', async () => {
  const { tools } = await client.listTools();
  const names = [
    'open',
    'schema',
    'search',
    'aggregate',
    'topK',
    'timeline',
    'flow',
    'sample',
    'export',
    'errors',
    'expand',
    'searchExpanded',
    'summary',
  ];
  expect(new Set(tools.map(({ name }) => name))).toEqual(new Set(names.map(name => `log.${name}`)));
});

test('log.schema counts fields', async () => {
  const { fields } = (await call('log.schema')) as { fields: Record<string, number> };
  expect(fields['timestamp']).toBeGreaterThan(10);
  expect(fields['args']).toBeLessThan(fields['timestamp'] ?? 0);
});

test('log.search understands the documented filter and plain text, fields, limit and order', async () => {
  const exits = (await call('log.search', {
    filter: 'event == "EXIT" and durationMicros >= 4000',
    fields: ['method', 'durationMicros'],
    sort: '-durationMicros',
  })) as Rows;
  expect(exits.map(({ method }) => method)).toEqual(expect.arrayContaining(['passOn', 'fetchRow']));
  expect(
    exits.every(
      (row, index) => index === 0 || Number(row['durationMicros']) <= Number(exits[index - 1]?.['durationMicros']),
    ),
  ).toBe(true);
  expect((await call('log.search', { filter: '"event":"EXCEPTION"' })) as Rows).toHaveLength(1);
  expect(
    (await call('log.search', { filter: 'exception.type == "TypeError" or method matches /^deposit$/' })) as Rows,
  ).toHaveLength(3);
  expect((await call('log.search', { filter: 'not (event == "ENTER")', limit: 2 })) as Rows).toHaveLength(2);
  const started = (await call('log.search', { filter: 'args contains "{"' })) as Rows;
  expect(new Set(started.map(({ event }) => event))).toEqual(new Set(['ENTER']));
});

test('log.aggregate, topK, flow, timeline and sample measure the rows', async () => {
  const byEvent = (await call('log.aggregate', { groupBy: ['event'], metric: { op: 'count' } })) as {
    key: string;
    value: number;
  }[];
  expect(byEvent.find(({ key }) => key === 'EXCEPTION')).toEqual({ key: 'EXCEPTION', value: 1 });
  const slowest = (await call('log.aggregate', {
    groupBy: ['method'],
    metric: { op: 'max', field: 'durationMicros' },
    filter: 'method == "passOn"',
  })) as { value: number }[];
  expect(slowest[0]?.value).toBeGreaterThan(4000);
  const top = (await call('log.topK', { byField: 'event', k: 1 })) as { value: string; count: number }[];
  expect(top).toEqual([{ value: 'ENTER', count: byEvent.find(({ key }) => key === 'ENTER')?.value }]);
  const flow = (await call('log.flow', { keys: ['class', 'method'] })) as { key: string; count: number }[];
  expect(flow.find(({ key }) => key === 'Account|deposit')?.count).toBe(2);
  const times = ((await call('log.timeline', { fields: ['timestamp'] })) as { timestamp: number }[]).map(
    ({ timestamp }) => timestamp,
  );
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect((await call('log.sample', { limit: 3 })) as Rows).toHaveLength(3);
});

test('log.errors finds what the original never could', async () => {
  const errors = (await call('log.errors')) as Rows;
  expect(errors.map(({ method }) => method)).toContain('riskyFunction');
});

test('lines that are no events are counted and do no harm', async () => {
  writeFileSync(join(root, 'odd.jsonl'), 'null\n[1]\n{"event":"EXIT","durationMicros":3}\nhalf a li');
  const opened = JSON.parse((await text('log.open', { path: 'odd.jsonl' })).text) as { sessionId: string };
  expect(opened).toMatchObject({ count: 1, badLines: 3 });
  const metric = { op: 'sum', field: 'durationMicros' };
  const sums = await text('log.aggregate', { sessionId: opened.sessionId, groupBy: ['event'], metric });
  expect(JSON.parse(sums.text)).toEqual([{ key: 'EXIT', value: 3 }]);
});

test('log.export writes every column', async () => {
  const { text: csv } = await text('log.export', { sessionId, to: 'csv' });
  expect(csv.split('\n')[0]?.split(',')).toEqual(
    expect.arrayContaining(['timestamp', 'event', 'args', 'result', 'exception']),
  );
  expect(
    JSON.parse((await text('log.export', { sessionId, to: 'json', filter: 'event == "EXCEPTION"' })).text),
  ).toHaveLength(1);
});

test('log.expand and log.searchExpanded bring back the whole of a truncated row', async () => {
  const [row] = (await call('log.search', { filter: 'method == "big" and event == "EXIT"' })) as Rows;
  const expanded = (await call('log.expand', { timestamp: row?.['timestamp'], event: 'EXIT' })) as {
    fullLog: { result: string };
    message: string;
  };
  expect(expanded.fullLog.result).toHaveLength(5002);
  const [whole] = (await call('log.searchExpanded', {
    filter: 'method == "big" and event == "EXIT"',
    autoExpand: true,
  })) as { _expandedData: { result: string } }[];
  expect(whole?._expandedData.result).toHaveLength(5002);
  const [first] = (await call('log.sample', { limit: 1 })) as Rows;
  expect(await call('log.expand', { timestamp: first?.['timestamp'] })).toMatchObject({
    message: 'Log entry is not truncated',
  });
});

test('log.summary stays within its tokens and says the most telling first', async () => {
  const long = await text('log.summary', { sessionId, maxTokens: 1000 });
  expect(long.text).toContain('TypeError Invalid input');
  const short = await text('log.summary', { sessionId, maxTokens: 40 });
  expect(short.text.length).toBeLessThanOrEqual(40 * 4);
  expect(short.text).toMatch(/calls of \d+ functions; 1 threw/);
});

test.each([
  ['log.schema', { sessionId: 'nobody' }, 'Invalid sessionId'],
  ['log.open', { path: 'missing.jsonl' }, 'File not found: missing.jsonl'],
  ['log.open', { path: '../outside.jsonl' }, 'Path is outside of the served directory: ../outside.jsonl'],
  ['log.open', { path: '/etc/passwd' }, 'Path is outside of the served directory: /etc/passwd'],
  ['log.open', { path: 'link.jsonl' }, 'Path is outside of the served directory: link.jsonl'],
] as const)('%s with %j answers: %s', async (name, input, message) => {
  expect(await text(name, input)).toEqual({ text: message, isError: true });
});

test('a segment that a log names outside of the directory is refused', async () => {
  writeFileSync(
    join(root, 'evil.jsonl'),
    `${JSON.stringify({ timestamp: 5, truncatedFields: { args: {} }, fullLogFile: '../outside.jsonl' })}\n`,
  );
  const opened = (await call('log.open', { path: 'evil.jsonl' })) as { sessionId: string };
  const answer = await text('log.expand', { sessionId: opened.sessionId, timestamp: 5 });
  expect(answer).toEqual({ text: 'Path is outside of the served directory: ../outside.jsonl', isError: true });
});
