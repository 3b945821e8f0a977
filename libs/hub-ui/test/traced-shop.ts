import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '@tracelab/local-servers';
import { ServiceProcess, temporaryFolder } from '@tracelab/test-stack';

const services = fileURLToPath(new URL('../../../services/', import.meta.url));
const screens = fileURLToPath(new URL('../dist/', import.meta.url));

interface Stoppable {
  stop(): Promise<unknown>;
}

export interface TracedShopOptions {
  /** Gives a database of that name. */
  readonly databaseUrl: (name: string) => Promise<string> | string;
  readonly seed?: string;
}

/** The hub with the built screens, and the four services that send their traces to it, each a process of its own. */
export class TracedShop implements AsyncDisposable {
  readonly hubUrl: string;
  readonly gatewayUrl: string;
  readonly #running: readonly Stoppable[];

  private constructor(hubUrl: string, gatewayUrl: string, running: readonly Stoppable[]) {
    this.hubUrl = hubUrl;
    this.gatewayUrl = gatewayUrl;
    this.#running = running;
  }

  static async start({ databaseUrl, seed = '7' }: TracedShopOptions): Promise<TracedShop> {
    const hub = await TracedHub.start();
    const start = (service: string, env: Record<string, string>) =>
      ServiceProcess.start({
        service,
        env: { ...env, ...tracedTo(hub.otlpUrl), DEMO_SEED: seed },
        nodeArgs: ['--import', '@tracelab/tracing/register'],
      });
    const order = await start('order', { DATABASE_URL: await databaseUrl('orders'), FAIL_INVENTORY: '0' });
    const ORDER_URL = order.url;
    const [user, payment] = await Promise.all([
      start('user', { DATABASE_URL: await databaseUrl('users'), ORDER_URL }),
      start('payment', { DATABASE_URL: await databaseUrl('payments'), ORDER_URL, FAIL_PAYMENT: '0.3' }),
    ]);
    const gateway = await start('gateway', { USER_URL: user.url, ORDER_URL, PAYMENT_URL: payment.url });
    return new TracedShop(hub.url, gateway.url, [gateway, user, payment, order, hub]);
  }

  /** Sends a request to the gateway and tells the id of its trace. */
  async send(path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly traceId: string }> {
    const response = await fetch(`${this.gatewayUrl}${path}`, init);
    await response.arrayBuffer();
    const [, traceId = ''] = (response.headers.get('traceresponse') ?? '').split('-');
    return { status: response.status, traceId };
  }

  /** Waits until the hub has the trace with that many spans, and no more come. */
  async settled(traceId: string, leastSpans: number): Promise<void> {
    for (let tries = 0, before = -1; tries < 100; tries++) {
      const response = await fetch(`${this.hubUrl}/api/traces/${traceId}`);
      const body = (await response.json()) as { data: { spans: unknown[] }[] | null };
      const count = body.data?.[0]?.spans.length ?? 0;
      if (count >= leastSpans && count === before) return;
      before = count;
      await sleep(200);
    }
    throw new Error(`Trace ${traceId} did not come whole: fewer than ${leastSpans} spans.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#running) await each.stop();
  }
}

const tracedTo = (otlpUrl: string) => ({
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl,
  OTEL_BSP_SCHEDULE_DELAY: '100',
});

/** The hub as it really runs: a process of its own, on free ports, with the built screens. */
export class TracedHub {
  readonly url: string;
  readonly otlpUrl: string;
  readonly #process: ServerProcess;
  readonly #folder: string;

  private constructor(process: ServerProcess, folder: string) {
    const { output } = process;
    this.url = /screens\s+(\S+)/.exec(output)?.[1] ?? '';
    this.otlpUrl = /OTLP\s+(\S+)/.exec(output)?.[1] ?? '';
    this.#process = process;
    this.#folder = folder;
  }

  static async start(flags: readonly string[] = []): Promise<TracedHub> {
    const folder = temporaryFolder('hub-ui');
    const process = await ServerProcess.start({
      command: globalThis.process.execPath,
      args: [
        `${services}hub/dist/main.js`,
        '--port',
        '0',
        '--otlp-port',
        '0',
        '--ui',
        screens,
        '--data',
        folder,
        ...flags,
      ],
      ready: /OTLP\s+http\S+\/v1\/traces/,
    });
    return new TracedHub(process, folder);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
