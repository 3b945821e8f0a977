import { watchIterable } from './watched-iterable.ts';
import type { FunctionEntry } from './function-table.ts';
import type { CallContext, RequestRoot } from './request-root.ts';
import type { Runtime } from './runtime.ts';

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
  readonly entryIndex: number;
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
  #scheduling = 0;
  #contextBefore: CallContext | undefined = undefined;

  constructor(runtime: Runtime, entry: FunctionEntry, entryIndex: number) {
    this.#runtime = runtime;
    this.entry = entry;
    this.entryIndex = entryIndex;
  }

  /** Suspends: whoever ran before runs on. */
  s(): void {
    if (this.isSuspended) return;
    this.#runtime.current = this.resumer;
    this.isSuspended = true;
    if (this.isMuted) return;
    this.waits ??= { sinceMs: 0, totalMs: 0 };
    this.waits.sinceMs = performance.now();
  }

  /** Resumes. Harmless when it never was suspended. */
  u(): void {
    if (!this.isSuspended) return;
    this.isSuspended = false;
    if (this.waits !== undefined) this.waits.totalMs += performance.now() - this.waits.sinceMs;
    this.resumer = this.#runtime.current;
    this.#runtime.current = this;
  }

  /** Leaves, however that came about. */
  l(): void {
    if (this.hasEnded) return;
    if (this.#scheduling > 0) this.#stopScheduling();
    this.u();
    this.#runtime.leave(this);
  }

  /** Watches an iterable that `yield*` or `for await` works through. */
  i(iterable: unknown): unknown {
    return watchIterable(this, iterable);
  }

  /** What is scheduled from here on comes from this call. */
  c(): void {
    if (this.#scheduling++ > 0) return;
    this.#contextBefore = this.#runtime.contexts.getStore();
    this.#runtime.contexts.enterWith(this);
  }

  /** Ends what `c` began. */
  d(): void {
    if (this.#scheduling === 0 || --this.#scheduling > 0) return;
    // Undefined is what getStore answers outside any context.
    this.#runtime.contexts.enterWith(this.#contextBefore as CallContext);
    this.#contextBefore = undefined;
  }

  #stopScheduling(): void {
    this.#scheduling = 1;
    this.d();
  }
}
