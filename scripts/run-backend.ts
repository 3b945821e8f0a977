// A trace backend alone, in the foreground: Jaeger by Docker where an engine answers, else the hub.
import { spawn, spawnSync } from 'node:child_process';
import { loadStackConfig } from './stack/config.ts';

const { ports, dataFolder, inherited } = loadStackConfig();
const compose = ['compose', '-f', 'docker-compose.dev.yml'];
// The file asks for a password also where the database is not started.
const env = { ...inherited, POSTGRES_PASSWORD: inherited['POSTGRES_PASSWORD'] ?? 'not-used' };
const docker = (...args: readonly string[]) => spawnSync('docker', args, { stdio: 'ignore', env }).status === 0;

const whyHub = reasonForHub();
const [command, args] =
  whyHub === undefined
    ? (['docker', [...compose, 'up', '--no-deps', 'jaeger']] as const)
    : ([
        process.execPath,
        [
          // As the hub's own command does: see the memory in its README.
          '--max-semi-space-size=4',
          'services/hub/dist/main.js',
          '--data',
          `${dataFolder}/hub`,
          '--port',
          String(ports.hub),
          '--otlp-port',
          String(ports.otlp),
        ],
      ] as const);
if (whyHub !== undefined) process.stdout.write(`${whyHub}: starting the hub\n`);
const child = spawn(command, args, { stdio: 'inherit', env });
// The terminal sends the signal to the child as well; this process only waits for it to end.
process.on('SIGINT', () => undefined).on('SIGTERM', () => child.kill('SIGTERM'));
child.once('close', code => {
  process.exitCode = code ?? 0;
});

function reasonForHub(): string | undefined {
  if (ports.hub !== 16_686 || ports.otlp !== 4318) return 'Jaeger keeps to its own ports';
  if (!docker('info')) return 'no Docker engine answers';
  return docker(...compose, 'pull', '-q', 'jaeger') ? undefined : 'the Jaeger image cannot be had';
}
