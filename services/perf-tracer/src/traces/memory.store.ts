import {
  type Advance,
  type FinishedTrace,
  keyOf,
  type RunningTrace,
  type StepRecord,
  type TraceName,
} from './trace.ts';
import { type Advanced, TracesStore } from './traces.store.ts';

interface Running {
  readonly trace: RunningTrace;
  readonly steps: StepRecord[];
  readonly touchedAtMs: number;
  readonly sizeBytes: number;
}

interface Finished {
  readonly trace: FinishedTrace;
  readonly finishedAtMs: number;
  readonly sizeBytes: number;
}

export interface MemoryLimits {
  readonly limitBytes: number;
  readonly tracesPerTag: number;
}

// What V8 takes for the objects around the text, measured generously.
const TRACE_BYTES = 700;
const STEP_BYTES = 200;
const textBytes = (text: string | null): number => 2 * (text?.length ?? 0);

/**
 * Traces in the process's memory, up to a number of bytes. When those are used up the oldest results go first, and then the
 * running traces that nobody touched for longest.
 */
export class MemoryStore extends TracesStore {
  override readonly dependencies = [];
  readonly #limits: MemoryLimits;
  // Maps keep insertion order: the least recently touched, the first to finish and the first tag come first.
  readonly #running = new Map<string, Running>();
  readonly #finished = new Map<string, Map<number, Finished>>();
  readonly #tagOfFinished = new Map<number, string>();
  #finishedCount = 0;
  #sizeBytes = 0;

  constructor(limits: MemoryLimits) {
    super();
    this.#limits = limits;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  override start(trace: RunningTrace): Promise<boolean> {
    const key = keyOf(trace);
    const isReplaced = this.#forget(key);
    this.#keep(key, { trace, steps: [], sizeBytes: TRACE_BYTES + 2 * textBytes(trace.tag) + 2 * textBytes(trace.id) });
    this.#makeRoom(key);
    return Promise.resolve(isReplaced);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- so that what the operation throws is a rejection
  override async advance(name: TraceName, operation: (trace: RunningTrace) => Advance): Promise<Advanced | undefined> {
    const key = keyOf(name);
    const running = this.#running.get(key);
    if (running === undefined) return undefined;
    const { trace, added, endNs } = operation(running.trace);
    running.steps.push(...added);
    this.#forget(key);
    const addedBytes = added.reduce((sum, step) => sum + STEP_BYTES + textBytes(step.name), 0);
    const sizeBytes = running.sizeBytes + addedBytes;
    if (endNs === undefined) {
      this.#keep(key, { trace, steps: running.steps, sizeBytes });
      this.#makeRoom(key);
      return { trace, added, finished: undefined };
    }
    const finished = { ...trace, endNs, steps: running.steps };
    this.#file(finished, sizeBytes);
    return { trace, added, finished };
  }

  override running(limit: number): Promise<RunningTrace[]> {
    const traces = [...this.#running.values()].map(({ trace }) => trace);
    return Promise.resolve(traces.sort(byStart).slice(-limit));
  }

  override drop(name: TraceName): Promise<void> {
    this.#forget(keyOf(name));
    return Promise.resolve();
  }

  override tags(): Promise<string[]> {
    return Promise.resolve([...this.#finished.keys()]);
  }

  override finished(tag: string): Promise<Iterable<FinishedTrace>> {
    return Promise.resolve([...(this.#finished.get(tag)?.values() ?? [])].map(({ trace }) => trace));
  }

  override deleteFinished(tag: string): Promise<void> {
    for (const number of [...(this.#finished.get(tag)?.keys() ?? [])]) this.#unfile(number);
    return Promise.resolve();
  }

  override expire({ finishedTtlMs, activeTtlMs }: { finishedTtlMs: number; activeTtlMs: number }): Promise<void> {
    const now = performance.now();
    for (const [key, { touchedAtMs }] of this.#running) {
      if (now - touchedAtMs < activeTtlMs) break;
      this.#forget(key);
    }
    for (const [number, tag] of this.#tagOfFinished) {
      const finishedAtMs = this.#finished.get(tag)?.get(number)?.finishedAtMs ?? 0;
      if (now - finishedAtMs < finishedTtlMs) break;
      this.#unfile(number);
    }
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  #keep(key: string, running: Omit<Running, 'touchedAtMs'>): void {
    this.#running.set(key, { ...running, touchedAtMs: performance.now() });
    this.#sizeBytes += running.sizeBytes;
  }

  #forget(key: string): boolean {
    this.#sizeBytes -= this.#running.get(key)?.sizeBytes ?? 0;
    return this.#running.delete(key);
  }

  #file(trace: FinishedTrace, sizeBytes: number): void {
    const number = this.#finishedCount++;
    const ofTag = this.#finished.get(trace.tag) ?? new Map<number, Finished>();
    ofTag.set(number, { trace, sizeBytes, finishedAtMs: performance.now() });
    this.#finished.set(trace.tag, ofTag);
    this.#tagOfFinished.set(number, trace.tag);
    this.#sizeBytes += sizeBytes;
    const [oldest] = ofTag.keys();
    if (ofTag.size > this.#limits.tracesPerTag && oldest !== undefined) this.#unfile(oldest);
    this.#makeRoom();
  }

  #unfile(number: number): void {
    const tag = this.#tagOfFinished.get(number) ?? '';
    const ofTag = this.#finished.get(tag);
    this.#sizeBytes -= ofTag?.get(number)?.sizeBytes ?? 0;
    ofTag?.delete(number);
    this.#tagOfFinished.delete(number);
    if (ofTag?.size === 0) this.#finished.delete(tag);
  }

  #makeRoom(spared?: string): void {
    while (this.#sizeBytes > this.#limits.limitBytes) {
      const [oldest] = this.#tagOfFinished.keys();
      const [idlest] = this.#running.keys();
      if (oldest !== undefined) this.#unfile(oldest);
      else if (idlest !== undefined && idlest !== spared) this.#forget(idlest);
      else return;
    }
  }
}

const byStart = (a: RunningTrace, b: RunningTrace): number => Number(a.start.monotonicNs - b.start.monotonicNs);
