// What a bug report needs: versions, what is installed, the settings that are set. No value of a setting that may be secret.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, release, totalmem, type } from 'node:os';
import { findRedis } from '@tracelab/local-servers';

const SETTINGS =
  /^(OTEL_|TRACING_|DEMO_|DELAY_|FAIL_|HUB_|JAEGER_|POSTGRES_PORT|NO_REDIS|[A-Z]+_PORT$|LOG_LEVEL|ENVIRONMENT)/;

function version(command: string, args: readonly string[] = ['--version']): string {
  try {
    return (
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .trim()
        .split('\n')[0] ?? ''
    );
  } catch {
    return 'not found';
  }
}

const { version: own } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const rows: readonly (readonly [string, string])[] = [
  ['tracelab', `${own}  ${version('git', ['rev-parse', '--short', 'HEAD'])}`],
  ['system', `${type()} ${release()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`],
  ['node', process.version],
  ['pnpm', version('pnpm')],
  ['docker', version('docker', ['version', '--format', '{{.Server.Version}}'])],
  ['compose', version('docker', ['compose', 'version', '--short'])],
  ['redis', findRedis(process.env.PATH ?? '') ?? 'not on PATH; the cache is in memory'],
];
for (const [name, value] of rows) process.stdout.write(`  ${name.padEnd(10)}${value}\n`);
const set = Object.keys(process.env)
  .filter(name => SETTINGS.test(name))
  .sort();
process.stdout.write(`  ${'settings'.padEnd(10)}${set.length > 0 ? set.join(' ') : 'none set'}\n`);
