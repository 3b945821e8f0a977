/** The last work before the process ends: `flush` may take its time, `flushSync` blocks, `ended` comes after either. */
export interface Flushing {
  flush(): Promise<void>;
  flushSync(): void;
  ended(): void;
}

const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type EndSignal = (typeof END_SIGNALS)[number];

/**
 * Sends the last spans whatever way the process ends, and lets it end exactly as it would have: by the same signal, with the same
 * exit code, never before the application is done. To each signal it listens only while nobody else does: packages that clean up at the
 * end leave the process to whoever else they find listening.
 */
export class ProcessEnd {
  readonly #flushing: Flushing;
  #isEnding = false;
  #hasTurned = false;

  constructor(flushing: Flushing) {
    this.#flushing = flushing;
  }

  listen(): void {
    process.on('newListener', this.#onNewListener);
    process.on('removeListener', this.#onRemovedListener);
    for (const signal of END_SIGNALS) this.#listenIfAlone(signal);
    process.on('beforeExit', this.#onBeforeExit);
    process.on('exit', this.#onExit);
  }

  stop(): void {
    process.off('newListener', this.#onNewListener);
    process.off('removeListener', this.#onRemovedListener);
    for (const signal of END_SIGNALS) process.off(signal, this.#onSignal);
    process.off('beforeExit', this.#onBeforeExit);
    process.off('exit', this.#onExit);
  }

  // Never the last one to go: a signal that Node has taken and not yet told would be lost with it.
  readonly #onNewListener = (event: string | symbol, listener: unknown): void => {
    if (!isEndSignal(event) || listener === this.#onSignal) return;
    const giveWay = () => {
      if (process.listenerCount(event) > 1) process.off(event, this.#onSignal);
    };
    giveWay();
    // The new one has joined by then.
    queueMicrotask(giveWay);
  };

  readonly #onRemovedListener = (event: string | symbol, listener: unknown): void => {
    if (isEndSignal(event) && listener !== this.#onSignal) this.#listenIfAlone(event);
  };

  #listenIfAlone(signal: EndSignal): void {
    if (process.listenerCount(signal) === 0) process.on(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    // A second signal means now.
    if (this.#isEnding) {
      this.#raise(signal);
      return;
    }
    this.#isEnding = true;
    void this.#flushing.flush().finally(() => {
      this.#raise(signal);
    });
  };

  // Without our listener the signal does what it would have done: exit status 143 or 130, seen by the parent as a signal.
  #raise(signal: NodeJS.Signals): void {
    this.stop();
    this.#flushing.ended();
    process.kill(process.pid, signal);
  }

  readonly #onBeforeExit = (): void => {
    void this.#flushing.flush();
    // An application that has closed and sends itself the signal again, as Nest's shutdown hooks do, leaves nothing that would keep
    // the process alive until our listener is called: it would end by itself, with another status. One turn of the loop calls it.
    if (!this.#hasTurned) setImmediate(() => undefined);
    this.#hasTurned = true;
  };

  // process.exit, an uncaught error and a rejection nobody handled all come through here.
  readonly #onExit = (): void => {
    this.#flushing.flushSync();
    this.#flushing.ended();
  };
}

function isEndSignal(event: string | symbol): event is EndSignal {
  return END_SIGNALS.some(signal => signal === event);
}
