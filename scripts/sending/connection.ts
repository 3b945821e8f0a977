import Client, { type AnswerRecorder } from 'autocannon/lib/httpClient.js';
import type { FailureCause } from './outcome.ts';

/** A request as it goes out. */
export interface Message {
  readonly text: string;
  /** What has no body is ASCII, which is written faster as latin1. */
  readonly encoding: 'latin1' | 'utf8';
}

/** What a connection tells of a request: the answer, or why there is none. */
export type Ending =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly headers: readonly string[] }
  | { readonly kind: 'failed'; readonly cause: FailureCause; readonly detail: string };

interface ResponseHead {
  readonly shouldKeepAlive: boolean;
}

const CAUSES: Readonly<Record<string, FailureCause>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

const LONGEST_TIMER_S = (2 ** 31 - 1) / 1_000;

/**
 * One connection of autocannon's, used one request at a time. Autocannon itself sends the next request as soon as it can
 * and reconnects for ever; here the caller says when and what, and a connection that ended stays ended. So no request is
 * lost without a word, and a refused one costs no busy loop.
 */
export class Connection extends Client {
  #settle: ((ending: Ending) => void) | undefined;
  #shouldKeepAlive = true;
  #isOpen = true;
  #timer: NodeJS.Timeout | undefined;
  readonly #timeoutMs: number;
  readonly #onIdle: (connection: Connection) => void;
  readonly #onEnd: (connection: Connection) => void;

  constructor(
    origin: URL,
    timeoutMs: number,
    on: { readonly idle: (each: Connection) => void; readonly end: (each: Connection) => void },
  ) {
    super({
      protocol: origin.protocol,
      // Brackets belong to the URL, not to the address.
      hostname: origin.hostname.replace(/^\[|\]$/g, ''),
      port: origin.port === '' ? undefined : Number(origin.port),
      path: '/',
      // Its own timer runs from construction on and reconnects when it fires; ours runs while a request does.
      timeout: LONGEST_TIMER_S,
    });
    this.#timeoutMs = timeoutMs;
    this.#onIdle = on.idle;
    this.#onEnd = on.end;
    // Autocannon's own would spread the headers into an object for each answer; nobody here needs them so.
    this.requestIterator = { recordBody: this.#answered };
    this.on('headers', (head: ResponseHead) => (this.#shouldKeepAlive = head.shouldKeepAlive));
    this.on('connError', (error: NodeJS.ErrnoException) => {
      this.#fail(CAUSES[error.code ?? ''] ?? 'socket', error.code ?? error.message);
    });
    this.on('gone', () => {
      this.#fail('closed', 'the server closed the connection before it answered');
    });
  }

  exchange({ text: message, encoding }: Message): Promise<Ending> {
    return new Promise(resolve => {
      this.#settle = resolve;
      this.pipelinedRequests.insertRequest({});
      this.conn?.write(message, encoding);
      // One timer for the connection's life: it is far cheaper to wind up again than to make.
      this.#timer = this.#timer?.refresh() ?? setTimeout(this.#onTimeout, this.#timeoutMs);
    });
  }

  /** Ends it now; a request under way is told as cancelled. */
  cancel(): void {
    this.#fail('cancelled', 'stopped before the answer came');
  }

  protected override _connect(): void {
    if (this.conn === undefined) {
      super._connect();
      return;
    }
    this.emit('gone');
  }

  protected override _doRequest(): void {
    // Requests go out by exchange() alone.
  }

  readonly #answered: AnswerRecorder['recordBody'] = (...[, status, body, headers]) => {
    this.#finish({ kind: 'answered', status, body, headers });
    if (this.#shouldKeepAlive) this.#onIdle(this);
    else this.#close();
  };

  readonly #onTimeout = (): void => {
    if (this.#settle !== undefined) this.#fail('timeout', `no answer within ${this.#timeoutMs} ms`);
  };

  #fail(cause: FailureCause, detail: string): void {
    if (!this.#isOpen) return;
    this.#finish({ kind: 'failed', cause, detail });
    this.#close();
  }

  #finish(ending: Ending): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(ending);
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.destroy();
    this.#onEnd(this);
  }
}
