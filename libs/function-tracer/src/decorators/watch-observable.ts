import type { Frame } from '../runtime/frame.ts';
import { runtime } from '../runtime/global-runtime.ts';

interface Observer {
  next?(value: unknown): void;
  error?(error: unknown): void;
  complete?(): void;
}

interface Subscription {
  unsubscribe(): void;
  add?(teardown: () => void): void;
}

interface Observable {
  subscribe(...observers: unknown[]): Subscription;
  pipe(...operators: unknown[]): Observable;
}

export function isObservable(value: unknown): value is Observable {
  if (typeof value !== 'object' || value === null) return false;
  const { subscribe, pipe } = value as Partial<Observable>;
  return typeof subscribe === 'function' && typeof pipe === 'function';
}

/**
 * An Observable that is the given one, but for its first subscription, which ends the call: by completing, failing or
 * being unsubscribed. Others may hold the original, so it is not touched.
 */
export function watchObservable(frame: Frame, observable: Observable): Observable {
  frame.s();
  const subscribe = (...observers: unknown[]): Subscription => {
    if (frame.hasEnded) return observable.subscribe(...observers);
    return subscribed(frame, observable, observerOf(observers));
  };
  return Object.create(observable, {
    subscribe: { value: subscribe, configurable: true, writable: true },
  }) as Observable;
}

function observerOf([first, error, complete]: readonly unknown[]): Observer {
  if (typeof first === 'object' && first !== null) return first;
  const observer: Record<string, unknown> = {};
  if (typeof first === 'function') observer['next'] = first;
  if (typeof error === 'function') observer['error'] = error;
  if (typeof complete === 'function') observer['complete'] = complete;
  return observer;
}

function subscribed(frame: Frame, observable: Observable, observer: Observer): Subscription {
  const watched = new WatchedObserver(frame, observer).methods();
  frame.u();
  try {
    const subscription = runtime.contexts.run(frame, () => observable.subscribe(watched));
    subscription.add?.(() => {
      frame.l();
    });
    return subscription;
  } finally {
    frame.s();
  }
}

class WatchedObserver {
  readonly #frame: Frame;
  readonly #observer: Observer;

  constructor(frame: Frame, observer: Observer) {
    this.#frame = frame;
    this.#observer = observer;
  }

  /** Only those that the observer has: a missing `error` must still be missed. */
  methods(): Observer {
    const observer = this.#observer;
    return {
      next: value => {
        this.#next(value);
      },
      ...(observer.error === undefined
        ? {}
        : {
            error: (error: unknown) => {
              this.#error(error);
            },
          }),
      complete: () => {
        this.#complete();
      },
    };
  }

  #next(value: unknown): void {
    if (!this.#frame.hasEnded) this.#frame.v = value;
    this.#observer.next?.(value);
  }

  #error(error: unknown): void {
    runtime.x(this.#frame, error);
    this.#frame.l();
    this.#observer.error?.(error);
  }

  #complete(): void {
    this.#frame.l();
    this.#observer.complete?.();
  }
}
