import { Connection, type Message } from './connection.ts';
import type { Outcome } from './outcome.ts';
import type { PlannedRequest } from './planned-request.ts';
import { newTraceIdentity, traceIdOfAnswer, traceparentOf } from './trace-identity.ts';

export interface SenderOptions {
  /** Where requests go; a path of it goes before theirs. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Requests beyond them wait for a connection to become free. */
  readonly maxConnections: number;
}

/** Sends requests, each under a trace of its own, over as few kept-alive connections as they need. Never rejects. */
export class Sender {
  readonly #origin: URL;
  readonly #base: string;
  readonly #head: string;
  readonly #options: SenderOptions;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  readonly #waiting: ((connection: Connection | undefined) => void)[] = [];
  #nextWaiting = 0;
  #isClosed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#origin = new URL(options.url);
    this.#base = this.#origin.pathname.replace(/\/$/, '');
    this.#head = [
      ' HTTP/1.1',
      `host: ${this.#origin.host}`,
      'user-agent: tracelab-exercise',
      'baggage: synthetic=true',
      '',
    ].join('\r\n');
  }

  async send(request: PlannedRequest): Promise<Outcome> {
    const identity = newTraceIdentity();
    const connection = this.#free() ?? (await this.#queue());
    const sentMs = performance.now();
    if (connection === undefined) {
      const ending = this.#isClosed
        ? ({ cause: 'cancelled', detail: 'stopped before it was sent' } as const)
        : ({ cause: 'not sent', detail: 'no connection became free' } as const);
      return { kind: 'failed', ...ending, traceId: identity.traceId, sentMs, doneMs: sentMs };
    }
    const ending = await connection.exchange(this.#messageOf(request, traceparentOf(identity)));
    const doneMs = performance.now();
    if (ending.kind === 'failed') return { ...ending, traceId: identity.traceId, sentMs, doneMs };
    const { kind, status, body, headers } = ending;
    return { kind, status, body, traceId: traceIdOfAnswer(headers) ?? identity.traceId, sentMs, doneMs };
  }

  /** Gives up what waits and cancels what is under way; nothing can be sent any more. */
  close(): void {
    this.#isClosed = true;
    this.giveUpWaiting();
    for (const connection of this.#open) connection.cancel();
  }

  /** What was asked for and found no connection yet is not sent. */
  giveUpWaiting(): void {
    for (const wake of this.#waiting.splice(0).slice(this.#nextWaiting)) wake(undefined);
    this.#nextWaiting = 0;
  }

  #free(): Connection | undefined {
    if (this.#isClosed) return undefined;
    return this.#idle.pop() ?? this.#opened();
  }

  #opened(): Connection | undefined {
    if (this.#open.size >= this.#options.maxConnections) return undefined;
    const connection = new Connection(this.#origin, this.#options.timeoutMs, { idle: this.#onIdle, end: this.#onEnd });
    this.#open.add(connection);
    return connection;
  }

  #queue(): Promise<Connection | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  readonly #onIdle = (connection: Connection): void => {
    const wake = this.#takeWaiting();
    if (wake === undefined) this.#idle.push(connection);
    else wake(connection);
  };

  readonly #onEnd = (connection: Connection): void => {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#isClosed) return;
    const wake = this.#takeWaiting();
    if (wake !== undefined) wake(this.#opened());
  };

  // An index, not shift(): a stalled server can leave ten thousands waiting.
  #takeWaiting(): ((connection: Connection | undefined) => void) | undefined {
    const wake = this.#waiting[this.#nextWaiting];
    if (wake === undefined) return undefined;
    this.#nextWaiting++;
    if (this.#nextWaiting === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#nextWaiting = 0;
    }
    return wake;
  }

  #messageOf({ method, path, body, idempotencyKey }: PlannedRequest, traceparent: string): Message {
    const key = idempotencyKey === undefined ? '' : `idempotency-key: ${idempotencyKey}\r\n`;
    const start = `${method} ${this.#base}${path}${this.#head}traceparent: ${traceparent}\r\n${key}`;
    if (body === undefined) return { text: `${start}\r\n`, encoding: 'latin1' };
    const json = JSON.stringify(body);
    const length = Buffer.byteLength(json);
    const text = `${start}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${json}`;
    return { text, encoding: 'utf8' };
  }
}
