import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '@tracelab/contracts/service';

/** What one answer does: how long it takes, and how it ends. */
export interface Behaviour {
  readonly afterMs?: number;
  readonly status?: number;
  readonly body?: string;
  /** Breaks the connection: by a reset, or by closing it in good order without an answer. */
  readonly breaks?: 'reset' | 'close';
  /** Never answers. */
  readonly isSilent?: boolean;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

const HEALTH = JSON.stringify({ status: 'healthy', service: 'known' } satisfies Health);

/** A server whose every answer the test decides: by path, and by how many came before on that path. */
export class KnownServer {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #behaviour: (path: string, index: number) => Behaviour;
  readonly #counts = new Map<string, number>();
  #stalledUntilMs = 0;

  private constructor(behaviour: (path: string, index: number) => Behaviour) {
    this.#behaviour = behaviour;
    this.#server = createServer((request, response) => {
      request.resume();
      this.#answer(request, response);
    });
  }

  static async start(behaviour: (path: string, index: number) => Behaviour): Promise<KnownServer> {
    const known = new KnownServer(behaviour);
    known.#server.listen(0, '127.0.0.1');
    await once(known.#server, 'listening');
    return known;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on nothing is answered for so long; then everything that waited is. */
  stall(ms: number): void {
    this.#stalledUntilMs = performance.now() + ms;
  }

  /** Waits for those in the middle of an answer no longer. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ method = '', url = '', headers, socket }: IncomingMessage, response: ServerResponse): void {
    const index = this.#counts.get(url) ?? 0;
    this.#counts.set(url, index + 1);
    this.asked.push({ method, path: url, headers });
    const { afterMs = 0, status = 200, body, breaks, isSilent = false } = this.#behaviour(url, index);
    if (isSilent) return;
    const waitMs = Math.max(afterMs, this.#stalledUntilMs - performance.now());
    const end = () => {
      if (breaks === 'reset') socket.resetAndDestroy();
      else if (breaks === 'close') socket.end();
      else
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(body ?? (url === '/health' ? HEALTH : '{}'));
    };
    if (waitMs > 0) setTimeout(end, waitMs);
    else end();
  }
}
