// Everything CI checks except the tests, side by side; a failing checker prints its findings and what to do.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

interface Checker {
  readonly name: string;
  readonly command: readonly string[];
  readonly remedy: string;
}

const types = (project: string): Checker => ({
  name: project === 'tsconfig.json' ? 'types' : `types ${project.split('/')[1] ?? project}`,
  command: ['tsc', '--noEmit', '--pretty', '-p', project],
  remedy: 'A module that cannot be found is one that the package.json of that folder does not declare.',
});

const checkers: readonly Checker[] = [
  ...['tsconfig.json', ...globSync('libs/*/tsconfig.json')].map(types),
  {
    name: 'lint',
    command: ['pnpm', '--silent', 'lint'],
    remedy: 'Each finding says what to write instead; see docs/architecture.md for the reasons.',
  },
  {
    name: 'dead code',
    command: ['knip', '--no-progress', '--no-config-hints'],
    remedy: 'Delete what nothing uses; declare what is imported in the package.json of that folder, as "catalog:".',
  },
  {
    name: 'format',
    command: ['prettier', '--check', '--cache', '--log-level', 'warn', '.'],
    remedy: 'Run `make format`.',
  },
];

interface Outcome {
  readonly checker: Checker;
  readonly code: number;
  readonly output: string;
}

function run(checker: Checker): Promise<Outcome> {
  const [command = '', ...args] = checker.command;
  const started = performance.now();
  return new Promise(resolve => {
    let output = '';
    const child = spawn(command, args, { env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' } });
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', error => {
      output += `${error.message}: run \`make setup\` first\n`;
    });
    child.on('close', code => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'}  ${checker.name.padEnd(16)}${seconds} s\n`);
      resolve({ checker, code: code ?? 1, output });
    });
  });
}

const outcomes = await Promise.all(checkers.map(run));
const failed = outcomes.filter(({ code }) => code !== 0);
for (const { checker, output } of failed) {
  process.stdout.write(`\n${checker.name}\n${output.trimEnd()}\n-> ${checker.remedy}\n`);
}
process.exitCode = failed.length > 0 ? 1 : 0;
