/** The last work before the process ends: `flush` may take its time, `flushSync` blocks, `ended` comes after either. */
export interface Flushing {
  flush(): Promise<void>;
  flushSync(): void;
  ended(): void;
}

// The function tracer listens too, and only to end as we do.
const watchesEnd = Symbol.for('tracelab.watchesEnd');

type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/**
 * Sends the last spans whatever way the process ends, and lets it end exactly as it would have: by the same signal, with the same
 * exit code, never before the application is done. Where the application listens for a signal itself, that signal only flushes.
 */
export class ProcessEnd {
  readonly #flushing: Flushing;
  readonly #listeners: ReadonlyMap<EndSignal, () => void>;
  #isEnding = false;
  #hasTurned = false;

  constructor(flushing: Flushing) {
    this.#flushing = flushing;
    const signals: readonly EndSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];
    this.#listeners = new Map(
      signals.map(signal => [
        signal,
        () => {
          this.#onSignal(signal);
        },
      ]),
    );
  }

  listen(): void {
    for (const [signal, listener] of this.#listeners) process.on(signal, listener);
    process.on('beforeExit', this.#onBeforeExit);
    process.on('exit', this.#onExit);
  }

  stop(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
    process.off('beforeExit', this.#onBeforeExit);
    process.off('exit', this.#onExit);
  }

  #onSignal(signal: EndSignal): void {
    if (this.#isApplications(signal)) {
      void this.#flushing.flush();
      return;
    }
    // A second signal means now.
    if (this.#isEnding) {
      this.#raise(signal);
      return;
    }
    this.#isEnding = true;
    void this.#flushing.flush().finally(() => {
      this.#raise(signal);
    });
  }

  #isApplications(signal: EndSignal): boolean {
    const listener = this.#listeners.get(signal);
    return process.listeners(signal).some(other => other !== listener && !(watchesEnd in other));
  }

  // Without our listener the signal does what it would have done: exit status 143 or 130, seen by the parent as a signal.
  #raise(signal: EndSignal): void {
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
