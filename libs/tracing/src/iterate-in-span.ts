import { context, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { clock } from './clock.ts';
import { failSpan } from './fail-span.ts';

interface Steps {
  next(value?: unknown): unknown;
  return(value?: unknown): unknown;
  throw(error: unknown): unknown;
}

type Step = keyof Steps;

/**
 * A generator, sync or async, whose steps run in a span: started by the first step, ended by the last, by `return` or by a throw.
 * One that is never started has no span; one that is abandoned between two steps never ends it, like the generator.
 */
export function iterateInSpan(generator: unknown, parent: Context, start: () => Span): unknown {
  const steps = generator as Steps;
  const spanning = new SpannedSteps(steps, parent, start);
  // The same prototype, so that iterator helpers and instanceof see what they would without a span.
  return Object.create(Object.getPrototypeOf(steps) as object, {
    next: { value: (value: unknown) => spanning.step('next', value) },
    return: { value: (value: unknown) => spanning.step('return', value) },
    throw: { value: (error: unknown) => spanning.step('throw', error) },
  });
}

class SpannedSteps {
  readonly #steps: Steps;
  readonly #parent: Context;
  readonly #start: () => Span;
  #span: Span | undefined;
  #context: Context;

  constructor(steps: Steps, parent: Context, start: () => Span) {
    this.#steps = steps;
    this.#parent = parent;
    this.#context = parent;
    this.#start = start;
  }

  step(step: Step, value: unknown): unknown {
    this.#open();
    let result: unknown;
    try {
      result = context.with(this.#context, () => this.#steps[step](value));
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    return result instanceof Promise ? this.#settle(result) : this.#see(result);
  }

  #open(): void {
    if (this.#span !== undefined) return;
    this.#span = this.#start();
    this.#context = trace.setSpan(this.#parent, this.#span);
  }

  #settle(result: Promise<unknown>): Promise<unknown> {
    return result.then(
      value => this.#see(value),
      (error: unknown) => {
        this.#fail(error);
        throw error;
      },
    );
  }

  #see(result: unknown): unknown {
    const isDone = typeof result === 'object' && result !== null && 'done' in result && result.done === true;
    if (isDone && this.#span?.isRecording() === true) this.#span.end(clock.now());
    return result;
  }

  #fail(error: unknown): void {
    if (this.#span?.isRecording() !== true) return;
    failSpan(this.#span, error);
    this.#span.end(clock.now());
  }
}
