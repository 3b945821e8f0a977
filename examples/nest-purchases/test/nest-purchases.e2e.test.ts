import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformFileSync } from '@swc/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callsOf, readLog } from '@tracelab/function-tracer/reader';
import { TracedProgram } from '@tracelab/function-tracer/testing';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = compile();
let example: TracedProgram;

beforeAll(async () => {
  example = await TracedProgram.start(new URL('main.js', compiled), {
    cwd: root,
    nodeArgs: ['--conditions=@tracelab/source'],
  });
}, 30_000);
afterAll(async () => {
  await example.remove();
  rmSync(compiled, { recursive: true });
});

/** Node strips types but compiles no decorators, so the example runs compiled, with its maps. */
function compile(): URL {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const output = mkdtempSync(join(root, 'dist/test-'));
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const { code } = transformFileSync(join(root, file), {
      sourceMaps: 'inline',
      module: { type: 'es6' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    });
    const target = join(output, file.slice('src/'.length).replace(/ts$/, 'js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      code.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'").replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'),
    );
  }
  return pathToFileURL(`${output}/`);
}

const buy = (...lines: { sku: string; quantity: number }[]) =>
  fetch(`${example.url}/purchases`, {
    method: 'POST',
    body: JSON.stringify({ lines }),
    headers: { 'content-type': 'application/json', 'x-request-id': `buy-${lines.length}` },
  });

test('a purchase succeeds, runs out or is declined, and the log tells each story', async () => {
  expect((await buy({ sku: 'book', quantity: 2 })).status).toBe(201);
  expect((await buy({ sku: 'book', quantity: 6 })).status).toBe(409);
  expect((await buy({ sku: 'book', quantity: 3 }, { sku: 'pen', quantity: 90 })).status).toBe(402);
  expect(await (await fetch(`${example.url}/inventory/book`)).json()).toEqual({ left: 3 });
  await example.stop();
  const { rows } = await readLog(example.log);
  const calls = callsOf(rows);
  const purchases = calls.filter(({ name }) => name === 'PurchasesService.purchase');
  expect(purchases.map(({ error }) => error?.message)).toEqual([
    undefined,
    '6 of book wanted, 3 left',
    '28200 cents were declined',
  ]);
  expect(purchases.map(({ parent }) => parent?.name)).toEqual(
    Array.from({ length: 3 }, () => 'PurchasesController.purchase'),
  );
  const declined = purchases.at(-1);
  expect(declined?.requestId).toBe('buy-2');
  expect(declined?.children.map(({ method }) => method)).toEqual(['reserve', 'total', 'charge', 'release']);
  expect(rows.filter(({ event }) => event === 'HTTP_RESPONSE').map(row => row['status_code'])).toEqual([
    201, 409, 402, 200,
  ]);
});
