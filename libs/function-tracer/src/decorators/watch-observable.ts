import type { Frame } from '../runtime/frame.ts';
import { runtime } from '../runtime/global-runtime.ts';

interface Subscription {
  unsubscribe(): void;
  add(teardown: unknown): void;
  remove(teardown: unknown): void;
}

interface Subscriber extends Subscription {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

interface Observable {
  readonly constructor: new (subscribe: (subscriber: Subscriber) => void) => Observable;
  subscribe(observerOrNext?: unknown, error?: unknown, complete?: unknown): Subscription;
}

/**
 * Whether a value is an Observable of RxJS, and of no other class, as a Subject is: those keep state of their own, which
 * an object in between would take or miss.
 */
export function isObservable(value: unknown): value is Observable {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && Object.hasOwn(prototype, 'lift') && hasMark(prototype);
}

// RxJS marks its Observables by whichever of these there was when it was loaded.
function hasMark(prototype: object): boolean {
  return Object.hasOwn(prototype, '@@observable') || Object.hasOwn(prototype, Reflect.get(Symbol, 'observable'));
}

/**
 * An Observable that is the given one, but for its first subscription, which ends the call: by completing, failing or
 * being unsubscribed. Others may hold the original, so it is not touched.
 */
export function watchObservable(frame: Frame, observable: Observable): Observable {
  frame.s();
  const subscribe: Observable['subscribe'] = (observerOrNext, error, complete) => {
    const chosen = frame.hasEnded ? observable : watched(frame, observable);
    return chosen.subscribe(observerOrNext, error, complete);
  };
  return Object.create(observable, {
    subscribe: { value: subscribe, configurable: true, writable: true },
  }) as Observable;
}

// Made by RxJS itself, a subscriber is left when whoever subscribes to it is, and knows what an observer lacks.
function watched(frame: Frame, observable: Observable): Observable {
  return new observable.constructor(subscriber => {
    frame.u();
    try {
      runtime.contexts.run(frame, () => observable.subscribe(watching(frame, subscriber)));
    } finally {
      frame.s();
    }
    subscriber.add(() => {
      frame.l();
    });
  });
}

/** The given subscriber, seen by the frame; what it keeps, it keeps itself. */
function watching(frame: Frame, subscriber: Subscriber): Subscriber {
  const own: Subscriber = {
    next(value) {
      if (!frame.hasEnded) frame.v = value;
      subscriber.next(value);
    },
    error(error) {
      runtime.x(frame, error);
      frame.l();
      subscriber.error(error);
    },
    complete() {
      frame.l();
      subscriber.complete();
    },
    unsubscribe() {
      subscriber.unsubscribe();
    },
    add(teardown) {
      subscriber.add(teardown);
    },
    remove(teardown) {
      subscriber.remove(teardown);
    },
  };
  return Object.assign(Object.create(subscriber) as Subscriber, own);
}
