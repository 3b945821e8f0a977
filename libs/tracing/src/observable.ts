import { context } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { clock } from './clock.ts';
import { failSpan } from './fail-span.ts';

/** What a stream says to its subscriber. */
export interface Observer {
  readonly next: (value: unknown) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

interface Subscription {
  unsubscribe(): void;
}

/** An observer as RxJS gives it to a source: it knows whether it has been left, and keeps what is to be done then. */
interface Subscriber extends Observer, Subscription {
  add(teardown: unknown): void;
  remove(teardown: unknown): void;
}

/** The part of an RxJS Observable that is used here. RxJS itself is not imported: any copy of it will do. */
export interface ObservableLike {
  subscribe(observer: Observer): Subscription;
  pipe(...operators: unknown[]): unknown;
}

type Subscribe = (observer: Observer) => () => void;
type ObservableClass = new (subscribe: Subscribe) => ObservableLike;

export function isObservable(value: unknown): value is ObservableLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subscribe' in value &&
    typeof value.subscribe === 'function' &&
    'pipe' in value &&
    typeof value.pipe === 'function'
  );
}

/**
 * True for an Observable that is nothing more: in place of a Subject or of one to be connected another would lack what it is for. What is piped
 * from a Subject is of its class, and yet only a stream.
 */
export function isStream(value: unknown): value is ObservableLike {
  if (!isObservable(value)) return false;
  const isOfBaseClass = Object.getPrototypeOf(Object.getPrototypeOf(value)) === Object.prototype;
  const isPiped = 'operator' in value && value.operator !== undefined;
  return (isOfBaseClass || isPiped) && !hasMethods(value);
}

// What the Observable itself keeps may be functions too.
const ownParts: ReadonlySet<string> = new Set(['_subscribe', 'lift', 'operator']);

function hasMethods(value: object): boolean {
  return Object.entries(value).some(([key, member]) => typeof member === 'function' && !ownParts.has(key));
}

/**
 * The same stream; `span` ends when its first subscription completes, fails or is left. What the source does runs in
 * the span's context, what the subscriber does runs in its own.
 */
export function observeWithSpan(span: Span, spanContext: Context, source: ObservableLike): ObservableLike {
  return observableLike(source, observer => {
    const outer = context.active();
    const inOuter = (fn: () => void) => {
      context.with(outer, fn);
    };
    const subscription = context.with(spanContext, () =>
      subscribeThrough(source, observer, {
        next: value => {
          inOuter(() => {
            observer.next(value);
          });
        },
        error: error => {
          if (span.isRecording()) {
            failSpan(span, error);
            span.end(clock.now());
          }
          inOuter(() => {
            observer.error(error);
          });
        },
        complete: () => {
          if (span.isRecording()) span.end(clock.now());
          inOuter(() => {
            observer.complete();
          });
        },
      }),
    );
    return () => {
      subscription.unsubscribe();
      if (span.isRecording()) span.end(clock.now());
    };
  });
}

/**
 * Subscribes `watch` on behalf of `observer`, to which it hands on. To the source they are one: where the observer has been left, as by `take`, a
 * source that never pauses stops.
 */
export function subscribeThrough(source: ObservableLike, observer: Observer, watch: Observer): Subscription {
  const subscriber = observer as Subscriber;
  const kept: Omit<Subscriber, keyof Observer> = {
    unsubscribe: () => {
      subscriber.unsubscribe();
    },
    add: teardown => {
      subscriber.add(teardown);
    },
    remove: teardown => {
      subscriber.remove(teardown);
    },
  };
  return source.subscribe(Object.assign(Object.create(subscriber) as Subscriber, kept, watch));
}

/** A new Observable of the same RxJS as `source`. */
export function observableLike(source: ObservableLike, subscribe: Subscribe): ObservableLike {
  return new (observableClassOf(source))(subscribe);
}

// The base class of whatever subclass (a Subject, a ConnectableObservable) this one is.
function observableClassOf(source: ObservableLike): ObservableClass {
  let prototype: object = Object.getPrototypeOf(source) as object;
  for (;;) {
    const next = Object.getPrototypeOf(prototype) as object | null;
    if (next === null || next === Object.prototype) return prototype.constructor as ObservableClass;
    prototype = next;
  }
}
