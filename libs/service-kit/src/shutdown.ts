import { once } from 'node:events';
import { Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Readiness } from './health/readiness.ts';

const SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;
type Signal = keyof typeof SIGNALS;

// A request may be on its way down a connection that looks idle; closing at once would reset it.
const IDLE_GRACE_MS = 200;

/**
 * Ends the process without losing a request: stops accepting, answers what was accepted, closes what the application
 * opened, and leaves the exit code alone. What is still running after the limit is cut off, and the exit code is then 1.
 * A second signal exits at once.
 */
export class GracefulShutdown {
  readonly #app: NestFastifyApplication;
  readonly #logger: Logger;
  readonly #limitMs: number;
  readonly #readiness: Readiness;
  readonly #sockets = new Set<Socket>();
  #isStopping = false;

  constructor(app: NestFastifyApplication, logger: Logger, limitMs: number) {
    this.#app = app;
    this.#logger = logger;
    this.#limitMs = limitMs;
    this.#readiness = app.get(Readiness, { strict: false });
    app.getHttpServer().on('connection', this.#onConnection);
    // The client is told not to send another request down this connection.
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onSend', async (_, reply) => {
        if (this.#isStopping) reply.header('connection', 'close');
      });
  }

  listen(): void {
    for (const signal of Object.keys(SIGNALS) as Signal[]) process.on(signal, this.#onSignal);
  }

  readonly #onConnection = (socket: Socket): void => {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  readonly #onSignal = (signal: Signal): void => {
    if (this.#isStopping) process.exit(SIGNALS[signal]);
    this.#isStopping = true;
    this.#readiness.stop();
    void this.#stop(signal);
  };

  async #stop(signal: Signal): Promise<void> {
    this.#logger.info({ signal }, 'stopping');
    const end = performance.now() + this.#limitMs;
    try {
      await this.#drain(end);
      await Promise.race([this.#app.close(), this.#timeout(end)]);
    } catch (error) {
      this.#logger.error({ err: error }, 'stopped, but not cleanly');
      process.exitCode = 1;
    }
    // Whatever still holds the process open had its time.
    setTimeout(() => process.exit(), Math.max(end - performance.now(), 100)).unref();
  }

  async #timeout(end: number): Promise<never> {
    await sleep(Math.max(end - performance.now(), 0), undefined, { ref: false });
    throw new Error(`closing took longer than ${this.#limitMs} ms`);
  }

  async #drain(end: number): Promise<void> {
    const server = this.#app.getHttpServer();
    if (!server.listening) return;
    const closed = once(server, 'close');
    // Not http's own close(), which also closes idle connections at once.
    Server.prototype.close.call(server);
    const graceEnd = Math.min(performance.now() + IDLE_GRACE_MS, end);
    const closeIdle = () => {
      server.closeIdleConnections();
      this.#closeUnused();
    };
    const closing = setInterval(() => {
      const now = performance.now();
      // After what has arrived is read: a process that did not get its turn finds its timers due before its requests.
      if (now >= graceEnd) setImmediate(closeIdle);
      if (now < end) return;
      this.#logger.warn('cutting off requests that did not end in time');
      process.exitCode = 1;
      server.closeAllConnections();
    }, 20);
    await closed;
    clearInterval(closing);
  }

  // Node counts a connection as idle only once a request came down it.
  #closeUnused(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
