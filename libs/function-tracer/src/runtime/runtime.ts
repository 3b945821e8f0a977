import { AsyncLocalStorage } from 'node:async_hooks';
import { isPromise } from 'node:util/types';
import { now } from './clock.ts';
import { Frame } from './frame.ts';
import { FunctionTable } from './function-table.ts';
import { Hotness } from './hotness.ts';
import type { Recorder } from './recorder.ts';
import type { RequestBudget } from './request-budget.ts';
import type { CallContext, RequestRoot, Share } from './request-root.ts';
import { SpanRoots } from './span-roots.ts';
import { isNotIterable } from './watched-iterable.ts';

/** What a tracing session decides for the runtime. */
export interface Session {
  readonly recorder: Recorder;
  readonly captureArgs: boolean;
  readonly maxDepth: number;
  readonly minDurationMs: number;
  /** The share of trees outside requests to be written; requests bring their own decision. */
  readonly sampleRate: number;
  readonly aggregatesHot: boolean;
  readonly requestBudget: RequestBudget;
}

// Taken before an application can replace them, as by numbers from a seed, of which none may be used up here.
const PROMISE = Promise.prototype;
const PROMISE_THEN = Reflect.get(PROMISE, 'then');
const { random } = Math;

/**
 * What rewritten code talks to, through one global. `current` is the call that runs now; a call that suspends hands
 * it back and takes it again when it resumes, so it is right in any interleaving without a store for each call.
 */
export class Runtime {
  /** 0: off, 1: names and times, 2: arguments too. Read by rewritten code before anything else. */
  on: 0 | 1 | 2 = 0;
  current: Frame | undefined;
  requestsLeftOut = 0;
  readonly functions: FunctionTable;
  readonly contexts = new AsyncLocalStorage<CallContext>();
  readonly spanRoots = new SpanRoots(() => this.takesTree());
  #session: Session | undefined;
  #lastId = 0;
  #rethrown: unknown;
  readonly #hotness = new Hotness();

  /** The first id of this thread, as ids of different threads must differ, and the first number of its functions. */
  constructor(firstId: number, firstFunction = 0) {
    this.#lastId = firstId;
    this.functions = new FunctionTable(firstFunction);
  }

  start(session: Session): void {
    this.#session = session;
    this.requestsLeftOut = 0;
    this.on = session.captureArgs ? 2 : 1;
  }

  /** Calls under way write no end: their session is over. */
  stop(): void {
    this.on = 0;
    this.#session = undefined;
    this.current = undefined;
    this.#hotness.reset();
  }

  /** Switches writing off and on within a session. */
  pause(): void {
    this.on = 0;
  }

  resume(): void {
    if (this.#session !== undefined) this.on = this.#session.captureArgs ? 2 : 1;
  }

  /** Enters a function: answers its frame, or 0 if there is nothing to record. */
  e(index: number, args: object | 0, creator: Frame | 0 = 0): Frame | 0 {
    const session = this.#session;
    const entry = this.functions.get(index);
    if (session === undefined || entry?.enabled !== true) return 0;
    const resumer = this.current;
    const from = resumer ?? this.#origin(creator);
    const frame = new Frame(this, entry);
    frame.id = ++this.#lastId;
    if (from !== undefined) {
      frame.depth = from.depth + 1;
      frame.parentId = from.id;
      frame.root = from.root;
    }
    if (this.spanRoots.isActive) frame.root = this.spanRoots.under(frame.root);
    frame.resumer = resumer;
    this.#mute(frame, from, session);
    frame.startedMs = now();
    if (!frame.isMuted) this.#recordEnter(frame, args, session);
    this.current = frame;
    return frame;
  }

  #recordEnter(frame: Frame, args: object | 0, { recorder, minDurationMs }: Session): void {
    const text = args === 0 ? '' : recorder.describeArgs(args, frame.entry);
    if (frame.entry.isAggregated || minDurationMs > 0) frame.heldArgs = text;
    else frame.isMuted = !recorder.enter(frame, text);
  }

  /** Where failures alone are written, a call holds no arguments, but may yet be written. */
  #mute(frame: Frame, from: CallContext | undefined, session: Session): void {
    if (frame.depth > session.maxDepth) frame.isMuted = true;
    else if (from instanceof Frame) {
      frame.isMuted = from.isMuted && !from.entry.isAggregated;
      if (frame.isMuted) frame.heldArgs = from.heldArgs;
    } else {
      const writes = frame.root?.writes ?? this.takesTree();
      frame.isMuted = writes !== 'all';
      if (writes === 'failures') frame.heldArgs = '';
    }
  }

  /** Where a call comes from when nothing traced is on the stack: the call that made the function, if it served the
   * same request, else whatever the async context remembers. */
  #origin(creator: Frame | 0): CallContext | undefined {
    this.spanRoots.look();
    const context = this.contexts.getStore();
    if (creator !== 0 && (context === undefined || (context.root === creator.root && context.id <= creator.id)))
      return creator;
    return context;
  }

  /** Runs code that serves a request: what it calls comes from the call that runs now, but belongs to the request. */
  runIn<Result>(root: RequestRoot, code: () => Result): Result {
    const before = this.current;
    if (before === undefined && this.contexts.getStore()?.root === root) return code();
    const context: CallContext = { id: before?.id ?? 0, depth: before?.depth ?? -1, root };
    this.current = undefined;
    try {
      return this.contexts.run(context, code);
    } finally {
      this.current = before;
    }
  }

  /** From here to the end of the turn, and in all that it starts, calls belong to the request. */
  enterRoot(root: RequestRoot): void {
    this.contexts.enterWith({ id: 0, depth: -1, root });
  }

  /** The request that the running code serves. */
  get root(): RequestRoot | undefined {
    return this.current?.root ?? this.contexts.getStore()?.root;
  }

  /** How much of a new request is to be written. */
  takesRequest(nowMs: number): Share {
    if (this.takesTree() === 'nothing') return 'nothing';
    if (this.#session?.requestBudget.take(nowMs) === true) return 'all';
    this.requestsLeftOut++;
    return 'failures';
  }

  /** How much of a new tree of calls is to be written. */
  takesTree(): Share {
    const rate = this.#session?.sampleRate ?? 0;
    return rate >= 1 || random() < rate ? 'all' : 'nothing';
  }

  /** Whether a loop over the value is to fail. */
  n(value: unknown): boolean {
    return isNotIterable(value);
  }

  /** An error passes through a traced function; answers it, to be thrown on. */
  x(frame: Frame | 0, error: unknown): unknown {
    this.#rethrown = typeof error === 'object' && error !== null ? new WeakRef(error) : error;
    if (frame === 0) return error;
    frame.hasThrown = true;
    frame.v = error;
    if (frame.p >= 0) this.#noteThrow(frame, error);
    return error;
  }

  /** Where the error last passing through was thrown, if the throw statement said so. */
  thrownAt: { readonly error: unknown; readonly functionNumber: number; readonly position: number } | undefined;

  #noteThrow(frame: Frame, error: unknown): void {
    this.thrownAt = { error, functionNumber: frame.entry.number, position: frame.p };
  }

  /** Whether this is the error that last passed through rewritten code. */
  hasRethrown(error: unknown): boolean {
    const last = this.#rethrown;
    return last instanceof WeakRef ? last.deref() === error : last === error;
  }

  leave(frame: Frame): void {
    this.current = frame.resumer;
    if (frame.isMuted && !(frame.hasThrown && frame.heldArgs !== undefined)) {
      this.#forget(frame);
      return;
    }
    const result = frame.v;
    if (frame.entry.isAsync && !frame.hasThrown && isPlainPromise(result)) this.#endWhenSettled(frame, result);
    else this.#end(frame, frame.hasThrown, result);
  }

  // An async function that returns a promise has not ended. Its own promise adopts the returned one and so handles
  // its rejection: a second pair of eyes changes nothing that the application could see.
  #endWhenSettled(frame: Frame, promise: Promise<unknown>): void {
    frame.hasEnded = true;
    const leftMs = now();
    const settle = (isRejected: boolean, value: unknown) => {
      frame.waits = { sinceMs: leftMs, totalMs: (frame.waits?.totalMs ?? 0) + now() - leftMs };
      this.#end(frame, isRejected, value);
    };
    // Both outcomes are taken care of.
    void Reflect.apply(PROMISE_THEN, promise, [
      (value: unknown) => {
        settle(false, value);
      },
      (error: unknown) => {
        settle(true, error);
      },
    ]);
    frame.v = undefined;
    frame.resumer = undefined;
  }

  #end(frame: Frame, hasThrown: boolean, value: unknown): void {
    const session = this.#session;
    const endedMs = now();
    try {
      if (session !== undefined) this.#recordEnd(frame, { hasThrown, value, session, endedMs });
    } catch {
      // Nothing that goes wrong while recording, as running out of stack, may reach the application.
    }
    this.#forget(frame);
  }

  #recordEnd(frame: Frame, { hasThrown, value, session, endedMs }: Ending): void {
    const { recorder } = session;
    const lastedMs = endedMs - frame.startedMs;
    if (session.aggregatesHot && !frame.isMuted) this.#hotness.note(frame.entry, endedMs, lastedMs);
    if (frame.heldArgs !== undefined) {
      const isWorthWriting = hasThrown || (!frame.entry.isAggregated && lastedMs >= session.minDurationMs);
      if (!isWorthWriting || !recorder.enter(frame, frame.heldArgs)) return;
    }
    if (hasThrown) recorder.exception(frame, endedMs, value);
    else recorder.exit(frame, endedMs, value);
  }

  #forget(frame: Frame): void {
    frame.hasEnded = true;
    frame.v = undefined;
    frame.heldArgs = undefined;
    frame.resumer = undefined;
  }

  /** Writes what hot functions have counted since the last time. */
  summarizeHot(): void {
    const session = this.#session;
    if (session !== undefined) this.#hotness.summarize(session.recorder);
  }
}

/** Watching one of a subclass would construct another, by the subclass. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return isPromise(value) && Reflect.getPrototypeOf(value) === PROMISE;
}

interface Ending {
  readonly hasThrown: boolean;
  readonly value: unknown;
  readonly session: Session;
  readonly endedMs: number;
}
