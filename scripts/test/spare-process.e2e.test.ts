import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { temporaryFolder } from '@tracelab/test-stack';
import { SOURCE_CODE } from '../stack/service-code.ts';
import { SpareProcess } from '../stack/spare-process.ts';
import { WARM_UP_FOLDERS } from '../stack/warm-up.ts';

const folder = temporaryFolder('spare');
const args = [...SOURCE_CODE.nodeArgs, SOURCE_CODE.entry];
let output = '';

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

const service = (words: string) => `
import { schema } from 'zod';
import 'pg';
console.log('${words}', schema, process.env['${WARM_UP_FOLDERS}']);
console.log('listening');
setInterval(() => {}, 1_000);
`;

const spare = () =>
  new SpareProcess(
    {
      command: process.execPath,
      args,
      ready: /listening/,
      onOutput: chunk => (output += chunk.toString()),
      options: { cwd: folder, env: process.env },
    },
    [folder],
  );

write('package.json', '{ "type": "module" }');
for (const name of ['zod', 'pg']) {
  write(`node_modules/${name}/package.json`, '{ "type": "module", "exports": "./index.js" }');
  write(`node_modules/${name}/index.js`, `console.log('${name} is loaded');\nexport const schema = 'schema';\n`);
}

beforeEach(() => {
  output = '';
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a spare has what tracing does not patch, and runs the code as it is when it is taken', async () => {
  write('src/main.ts', service('before'));
  const one = spare();
  await one.warm();
  write('src/main.ts', service('after'));
  const server = await one.take();
  expect(output).toBe('pg is loaded\nafter schema undefined\nlistening\n');
  await server?.stop();
});

test('code that does not start rejects with its words', async () => {
  write('src/main.ts', `import 'zod';\nthrow new Error('not today');\n`);
  await expect(spare().take()).rejects.toThrow('not today');
});

test('what cannot be loaded beforehand is left to the service', async () => {
  write('node_modules/rxjs/package.json', '{ "exports": "./missing.js" }');
  write('src/late.ts', `import 'rxjs';\n`);
  write('src/main.ts', service('all the same'));
  const server = await spare().take();
  expect(output).toContain('all the same');
  await server?.stop();
});

test('a spare that has ended gives nothing', async () => {
  write('src/main.ts', service('unused'));
  const one = spare();
  await one.stop();
  expect(await one.take()).toBeUndefined();
});

test('a spare ends once nobody is left to take it', async () => {
  const told = join(folder, 'pid');
  write('node_modules/rxjs/package.json', '{ "type": "module", "exports": "./index.js" }');
  write(
    'node_modules/rxjs/index.js',
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(told)}, String(process.pid));\n`,
  );
  write('src/main.ts', `import 'rxjs';\n`);
  const command = { command: process.execPath, args, options: { cwd: folder, env: process.env } };
  const parent = spawn(
    process.execPath,
    ['--conditions=@tracelab/source', '--input-type=module', '-e', ORPHANING, JSON.stringify([command, folder])],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  while (!existsSync(told) || readFileSync(told, 'utf8') === '') await sleep(20);
  parent.kill('SIGKILL');
  while (isAlive(Number(readFileSync(told, 'utf8')))) await sleep(50);
});

/** Starts a spare and stays. */
const ORPHANING = `
const { SpareProcess } = await import('${new URL('../stack/spare-process.ts', import.meta.url).href}');
const [command, folder] = JSON.parse(process.argv[1]);
new SpareProcess({ ...command, ready: /never/ }, [folder]);
setInterval(() => {}, 1_000);
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
