import { now } from './clock.ts';
import { watchIterable } from './watched-iterable.ts';
import type { FunctionEntry } from './function-table.ts';
import type { CallContext, RequestRoot } from './request-root.ts';
import type { Runtime } from './runtime.ts';

/** While what is scheduled comes from this call. */
interface Scheduling {
  depth: number;
  readonly contextBefore: CallContext | undefined;
}

interface Waits {
  sinceMs: number;
  totalMs: number;
}

/**
 * One call of a traced function. Rewritten code holds it in a variable and calls its one-letter methods; they never
 * throw. Kept by closures for as long as they live, so once the call has ended it refers to nothing but its root.
 */
export class Frame implements CallContext {
  readonly entry: FunctionEntry;
  id = 0;
  depth = 0;
  parentId = 0;
  root: RequestRoot | undefined = undefined;
  startedMs = 0;
  /** Only for calls that wait: a number with a fraction is an object of its own to V8. */
  waits: Waits | undefined = undefined;
  /** The call that was current when this one last began to run; it is current again when this one lets go. */
  resumer: Frame | undefined = undefined;
  /** The arguments, while the call may still turn out not worth writing. */
  heldArgs: string | undefined = undefined;
  /** Whether it writes no events. */
  isMuted = false;
  isSuspended = false;
  hasThrown = false;
  hasEnded = false;
  /** The value returned, or thrown. */
  v: unknown = undefined;
  /** Where the value was thrown that is on its way out, in the original text. */
  p = -1;
  readonly #runtime: Runtime;
  /** Only for calls that schedule, as few do: a frame is made for every call, and costs by its size. */
  #scheduling: Scheduling | undefined = undefined;

  constructor(runtime: Runtime, entry: FunctionEntry) {
    this.#runtime = runtime;
    this.entry = entry;
  }

  /** Suspends: whoever ran before runs on. */
  s(): void {
    if (this.isSuspended || this.hasEnded) return;
    this.#runtime.current = this.resumer;
    this.isSuspended = true;
    if (this.isMuted) return;
    this.waits ??= { sinceMs: 0, totalMs: 0 };
    this.waits.sinceMs = now();
  }

  /** Resumes. Harmless when it never was suspended. */
  u(): void {
    if (!this.isSuspended) return;
    this.isSuspended = false;
    if (this.waits !== undefined) this.waits.totalMs += now() - this.waits.sinceMs;
    this.resumer = this.#runtime.current;
    this.#runtime.current = this;
  }

  /** Leaves, however that came about. */
  l(): void {
    if (this.hasEnded) return;
    if (this.#scheduling !== undefined) this.#stopScheduling(this.#scheduling);
    this.u();
    this.#runtime.leave(this);
  }

  /** Watches an iterable that `yield*` or `for await` works through. */
  i(iterable: unknown): unknown {
    return watchIterable(this, iterable);
  }

  /** What is scheduled from here on comes from this call. */
  c(): void {
    if (this.#scheduling !== undefined) {
      this.#scheduling.depth++;
      return;
    }
    this.#scheduling = { depth: 1, contextBefore: this.#runtime.contexts.getStore() };
    this.#runtime.contexts.enterWith(this);
  }

  /** Ends what `c` began. */
  d(): void {
    const scheduling = this.#scheduling;
    if (scheduling !== undefined && --scheduling.depth === 0) this.#stopScheduling(scheduling);
  }

  #stopScheduling({ contextBefore }: Scheduling): void {
    this.#scheduling = undefined;
    // Undefined is what getStore answers outside any context.
    this.#runtime.contexts.enterWith(contextBefore as CallContext);
  }
}
