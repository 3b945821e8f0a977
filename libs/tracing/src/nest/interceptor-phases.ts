import { context, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { clock } from '../clock.ts';
import { failSpan } from '../fail-span.ts';
import { isObservable, observableLike, subscribeThrough } from '../observable.ts';
import type { ObservableLike } from '../observable.ts';

export interface CallHandler {
  handle(): unknown;
}

type Phase = 'before' | 'after';

/**
 * The two spans of one run of an interceptor: what it does until it lets the handler run, and what it does with the answer. The
 * handler itself lies in neither, but beside them.
 *
 *     interceptor before ──┐              ┌── interceptor after
 *                          └── handler ───┘
 */
export class InterceptorPhases {
  readonly #outer = context.active();
  readonly #open: (phase: Phase) => Span;
  #span: Span | undefined;
  #handlerError: unknown;

  constructor(open: (phase: Phase) => Span) {
    this.#open = open;
    this.#span = open('before');
  }

  run(intercept: (next: CallHandler) => unknown, next: CallHandler): unknown {
    try {
      const result = context.with(this.#inside(), () => intercept({ handle: () => this.#handle(next) }));
      return result instanceof Promise ? result.then(this.#onResult, this.#onError) : this.#onResult(result);
    } catch (error) {
      return this.#onError(error);
    }
  }

  #handle(next: CallHandler): unknown {
    this.#end();
    const answer = context.with(this.#outer, () => next.handle());
    if (!isObservable(answer)) return answer;
    return observableLike(answer, observer => {
      const subscription = subscribeThrough(answer, observer, {
        next: value => {
          this.#inAfter(() => {
            observer.next(value);
          });
        },
        error: error => {
          this.#handlerError = error;
          this.#inAfter(() => {
            observer.error(error);
          });
        },
        complete: () => {
          this.#inAfter(() => {
            observer.complete();
          });
        },
      });
      return () => {
        subscription.unsubscribe();
      };
    });
  }

  readonly #onResult = (result: unknown): unknown => {
    if (!isObservable(result)) this.#end();
    return isObservable(result) ? this.#untilSettled(result) : result;
  };

  readonly #onError = (error: unknown): never => {
    this.#fail(error);
    throw error;
  };

  #untilSettled(result: ObservableLike): ObservableLike {
    return observableLike(result, observer => {
      const subscription = subscribeThrough(result, observer, {
        next: value => {
          context.with(this.#outer, () => {
            observer.next(value);
          });
        },
        error: error => {
          this.#fail(error);
          context.with(this.#outer, () => {
            observer.error(error);
          });
        },
        complete: () => {
          this.#end();
          context.with(this.#outer, () => {
            observer.complete();
          });
        },
      });
      return () => {
        subscription.unsubscribe();
        this.#end();
      };
    });
  }

  #inAfter(fn: () => void): void {
    this.#span ??= this.#open('after');
    context.with(this.#inside(), fn);
  }

  #inside(): Context {
    return this.#span === undefined ? this.#outer : trace.setSpan(this.#outer, this.#span);
  }

  // The handler's own failure only passes through.
  #fail(error: unknown): void {
    if (this.#span !== undefined && error !== this.#handlerError) failSpan(this.#span, error);
    this.#end();
  }

  #end(): void {
    this.#span?.end(clock.now());
    this.#span = undefined;
  }
}
