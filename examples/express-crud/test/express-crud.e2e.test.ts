import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callsOf, readLog, repeatedCalls } from '@tracelab/function-tracer/reader';
import { TracedProgram } from '@tracelab/function-tracer/testing';

const root = fileURLToPath(new URL('..', import.meta.url));
let example: TracedProgram;
beforeAll(async () => {
  example = await TracedProgram.start(new URL('../src/main.ts', import.meta.url), {
    cwd: root,
    nodeArgs: ['--conditions=@tracelab/source'],
  });
}, 30_000);
afterAll(() => example.remove());

const json = (method: string, body: unknown) => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', 'x-request-id': 'r-1' },
});

test('products are created, read, changed and deleted, and every step is in the log', async () => {
  const created = await fetch(`${example.url}/products`, json('POST', { name: 'book', priceCents: 900 }));
  expect([created.status, created.headers.get('x-request-id')]).toEqual([201, 'r-1']);
  for (let n = 0; n < 5; n++)
    await fetch(`${example.url}/products`, json('POST', { name: `pen ${n}`, priceCents: 90 }));
  expect(await (await fetch(`${example.url}/products`)).json()).toHaveLength(6);
  expect(await (await fetch(`${example.url}/products/1`, json('PATCH', { priceCents: 800 }))).json()).toMatchObject({
    name: 'book',
    priceCents: 800,
  });
  expect((await fetch(`${example.url}/products/1`, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(`${example.url}/products/1`)).status).toBe(404);
  await example.stop();
  const calls = callsOf((await readLog(example.log)).rows);
  const insert = calls.find(({ name }) => name === 'ProductTable.insert');
  expect(insert).toMatchObject({ requestId: 'r-1', children: [expect.objectContaining({ method: 'query' })] });
  expect(insert?.durationMicros).toBeGreaterThan(2_000);
  expect(calls.find(({ error }) => error !== undefined)).toMatchObject({ error: { message: 'There is no product 1' } });
  expect(repeatedCalls(calls, 5)[0]).toMatchObject({
    parent: 'src.app.listProducts',
    child: 'src.app.findProduct',
    times: 6,
  });
});
