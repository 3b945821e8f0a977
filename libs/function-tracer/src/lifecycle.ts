import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls back before the process ends, whichever way it does, and changes nothing of how: a signal that nobody else
 * listens to still ends the process by that signal. Answers what takes the listening back.
 */
export function beforeEnd(finish: () => void): () => void {
  const onExit = () => {
    finish();
  };
  process.on('exit', onExit);
  // Signals are the main thread's.
  const signals = isMainThread ? new FatalSignals(finish) : undefined;
  signals?.listen();
  return () => {
    process.removeListener('exit', onExit);
    signals?.stop();
  };
}

type Kill = (pid: number, signal: number) => unknown;

// What `process.kill` calls; Node's types leave it out.
const internals = process as unknown as { _kill?: Kill };

/**
 * Listens to each fatal signal only while nobody else does: packages that clean up at the end leave the process to
 * whoever else they find listening.
 */
class FatalSignals {
  readonly #finish: () => void;
  readonly #originalKill = internals._kill;

  constructor(finish: () => void) {
    this.#finish = finish;
  }

  listen(): void {
    process.on('newListener', this.#onNewListener);
    process.on('removeListener', this.#onRemovedListener);
    for (const signal of FATAL_SIGNALS) this.#listenIfAlone(signal);
    if (this.#originalKill !== undefined) internals._kill = this.#kill;
  }

  stop(): void {
    process.removeListener('newListener', this.#onNewListener);
    process.removeListener('removeListener', this.#onRemovedListener);
    for (const signal of FATAL_SIGNALS) process.removeListener(signal, this.#onSignal);
    if (internals._kill === this.#kill && this.#originalKill !== undefined) internals._kill = this.#originalKill;
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.stop();
    this.#finish();
    process.kill(process.pid, signal);
  };

  // Never the last one to go: a signal that Node has taken and not yet told would be lost with it.
  readonly #onNewListener = (event: string | symbol, listener: unknown): void => {
    if (!isFatal(event) || listener === this.#onSignal) return;
    const giveWay = () => {
      if (process.listenerCount(event) > 1) process.removeListener(event, this.#onSignal);
    };
    giveWay();
    // The new one has joined by then.
    queueMicrotask(giveWay);
  };

  readonly #onRemovedListener = (event: string | symbol, listener: unknown): void => {
    if (isFatal(event) && listener !== this.#onSignal) this.#listenIfAlone(event);
  };

  #listenIfAlone(signal: NodeJS.Signals): void {
    if (process.listenerCount(signal) === 0) process.on(signal, this.#onSignal);
  }

  // A process that has closed everything and signals itself has nothing left to keep it alive until a listener is called.
  readonly #kill: Kill = (pid, number) => {
    const signal = FATAL_SIGNALS.find(name => constants.signals[name] === number);
    if (pid === process.pid && signal !== undefined && process.listeners(signal).includes(this.#onSignal)) {
      this.stop();
      this.#finish();
    }
    return this.#originalKill?.call(process, pid, number);
  };
}

function isFatal(event: string | symbol): event is (typeof FATAL_SIGNALS)[number] {
  return FATAL_SIGNALS.some(signal => signal === event);
}
