import { fileURLToPath } from 'node:url';
import { freePort, ServerProcess } from '@tracelab/local-servers';
import { databaseUrl, ServiceProcess } from '@tracelab/test-stack';

const HUB = fileURLToPath(new URL('../../services/hub/', import.meta.url));

/** The shop and its trace backend as they really run: five processes and a Postgres, on free ports. */
export class RunningSystem {
  readonly #hub: ServerProcess;
  readonly #services: readonly ServiceProcess[];
  readonly url: string;
  readonly tracesUrl: string;

  private constructor(hub: ServerProcess, tracesUrl: string, services: readonly ServiceProcess[]) {
    this.#hub = hub;
    this.#services = services;
    this.tracesUrl = tracesUrl;
    this.url = services[0]?.url ?? '';
  }

  /** `env` goes to every service. */
  static async start(env: Readonly<Record<string, string>>): Promise<RunningSystem> {
    const [queryPort, otlpPort] = [await freePort(), await freePort()];
    const hub = await ServerProcess.start({
      command: process.execPath,
      args: ['dist/main.js', '--store', 'memory', '--port', String(queryPort), '--otlp-port', String(otlpPort)],
      ready: /OTLP/,
      options: { cwd: HUB },
    });
    const start = async (service: string, more: Readonly<Record<string, string>>) =>
      ServiceProcess.start({
        service,
        nodeArgs: ['--import', '@tracelab/tracing/register'],
        env: { SERVICE_NAME: service, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpPort}`, ...env, ...more },
      });
    const [userPort, orderPort] = [await freePort(), await freePort()];
    const addresses = { USER_URL: `http://127.0.0.1:${userPort}`, ORDER_URL: `http://127.0.0.1:${orderPort}` };
    const own = async (service: string, port?: number) =>
      start(service, {
        ...addresses,
        DATABASE_URL: await databaseUrl(service),
        ...(port === undefined ? {} : { PORT: String(port) }),
      });
    const [user, order, payment] = await Promise.all([own('user', userPort), own('order', orderPort), own('payment')]);
    const gateway = await start('gateway', { ...addresses, PAYMENT_URL: payment.url });
    return new RunningSystem(hub, `http://127.0.0.1:${queryPort}`, [gateway, payment, order, user]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map(service => service.stop()));
    await this.#hub.stop();
  }
}
