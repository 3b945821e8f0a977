import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { LocalPostgres } from '@tracelab/local-servers';
import { OtlpReceiver, Program, fixture, shapesOf } from './traced-program.ts';

// A database starts here, on machines that may have other work.
jest.setTimeout(60_000);

test('postgres.js: each query is one span below the request that made it, without literals', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'agent-pg-'));
  const backend = await new OtlpReceiver().listen();
  const database = await LocalPostgres.start({ directory, isDurable: false });
  try {
    const program = new Program(['node', fixture('postgres-app.mjs'), database.url('postgres')], {
      flags: ['--endpoint', backend.baseUrl],
    });
    const answer = await fetch(await program.url());
    expect(await answer.json()).toEqual(['Tom', '42P01']);
    expect(await program.stop()).toMatchObject({ code: 0, stderr: '' });
    expect(shapesOf(backend.spans)).toEqual([
      'SERVER GET [CLIENT CREATE cats, CLIENT SELECT pg_catalog.pg_type, CLIENT SELECT, CLIENT SELECT nowhere!]',
    ]);
    expect(backend.text).not.toContain('secret');
  } finally {
    await database.stop();
    await backend.close();
    await rm(directory, { recursive: true, force: true });
  }
});
