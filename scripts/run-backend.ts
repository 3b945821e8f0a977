// A trace backend alone, in the foreground: Jaeger by Docker where an engine answers, else the hub.
import { spawn, spawnSync } from 'node:child_process';
import { loadStackConfig } from './stack/config.ts';

const { ports, dataFolder } = loadStackConfig();
const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const isImageThere =
  hasEngine &&
  spawnSync('docker', ['compose', '-f', 'docker-compose.dev.yml', 'pull', '-q', 'jaeger'], { stdio: 'ignore' })
    .status === 0;

const [command, args] = isImageThere
  ? (['docker', ['compose', '-f', 'docker-compose.dev.yml', 'up', '--no-deps', 'jaeger']] as const)
  : ([
      process.execPath,
      [
        'services/hub/dist/main.js',
        '--data',
        `${dataFolder}/hub`,
        '--port',
        String(ports.hub),
        '--otlp-port',
        String(ports.otlp),
      ],
    ] as const);
if (!isImageThere)
  process.stdout.write(
    `${hasEngine ? 'the Jaeger image cannot be had' : 'no Docker engine answers'}: starting the hub\n`,
  );
const child = spawn(command, args, { stdio: 'inherit' });
// The terminal sends the signal to the child as well; this process only waits for it to end.
process.on('SIGINT', () => undefined).on('SIGTERM', () => child.kill('SIGTERM'));
child.once('close', code => {
  process.exitCode = code ?? 0;
});
