import type { FinishedTrace, StepAdded, StepsAdded, TraceEnded, TraceStarted, TraceSummary } from './answers.ts';
import { RemoteTraceError } from './remote-trace-error.ts';

export interface RemoteTraceOptions {
  /** Tells traces of one name apart that run at the same time. */
  readonly id?: string | null;
  /** Of the tracing API; `http://localhost:8000/api/tracing` where none is given. */
  readonly url?: string;
  /** 10 seconds where none is given. */
  readonly timeoutMs?: number;
  /** Ends every call of this trace. */
  readonly signal?: AbortSignal;
  /** A call that fails resolves to undefined instead of rejecting: for code that must not notice. */
  readonly silent?: boolean;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface StepOptions extends CallOptions {
  /** False: the time since the step before is no part of the trace's duration. */
  readonly track?: boolean;
  /** Ends the trace with this step, at the same instant. */
  readonly end?: boolean;
}

interface Mark {
  readonly name: string;
  readonly track: boolean;
  readonly atMs: number;
}

const DEFAULT_BASE_URL = 'http://localhost:8000/api/tracing';

/** A trace that runs at perf-tracer. */
export class RemoteTrace {
  readonly name: string;
  readonly id: string | null;
  readonly url: string;
  readonly #options: RemoteTraceOptions;
  #marks: Mark[] = [];

  constructor(name: string, options: RemoteTraceOptions = {}) {
    this.name = name;
    this.id = options.id ?? null;
    this.url = options.url ?? DEFAULT_BASE_URL;
    this.#options = options;
  }

  /** Starts the trace; one that runs under the same name and id is replaced. */
  start(options?: CallOptions): Promise<TraceStarted> {
    return this.#post('/start', {}, options);
  }

  /** Adds a step; its duration is the time since the step before, as the server sees it. */
  step(name: string, options: StepOptions & { readonly end: true }): Promise<TraceEnded>;
  step(name: string, options?: StepOptions & { readonly end?: false }): Promise<StepAdded>;
  step(name: string, options?: StepOptions): Promise<StepAdded | TraceEnded>;
  step(name: string, options: StepOptions = {}): Promise<StepAdded | TraceEnded> {
    const { track = true, end = false } = options;
    return this.#post('/step', { step_name: name, end_trace: end, track_duration: track }, options);
  }

  end(options?: CallOptions): Promise<TraceEnded> {
    return this.#post('/end', {}, options);
  }

  /**
   * Runs `fn`, then adds a step, also when `fn` throws. What `fn` returns or throws passes through; whether the step arrived
   * makes no difference to it.
   */
  async measure<Result>(name: string, fn: () => Result | PromiseLike<Result>, options?: StepOptions): Promise<Result> {
    try {
      return await fn();
    } finally {
      await this.step(name, options).catch(() => undefined); // the measured code is what counts
    }
  }

  /** Notes a step now, by the clock here; `flush` or `beacon` sends it. */
  mark(name: string, { track = true }: { readonly track?: boolean } = {}): void {
    this.#marks.push({ name, track, atMs: performance.now() });
  }

  /** Sends the marks in one request, each with its own time. */
  flush(options: StepOptions = {}): Promise<StepsAdded | TraceEnded> {
    return this.#post('/steps', this.#takeMarks(options), options);
  }

  /** As `flush`, for a page that is being left: the browser sends it afterwards. False where it will not. */
  beacon(options: Pick<StepOptions, 'end'> = {}): boolean {
    const { navigator } = globalThis as { navigator?: { sendBeacon?(url: string, body: string): boolean } };
    return navigator?.sendBeacon?.(`${this.#base}/steps`, this.#bodyOf(this.#takeMarks(options))) ?? false;
  }

  /** The finished traces of this name, in the order of completion. */
  results(options?: CallOptions): Promise<FinishedTrace[]> {
    return this.#ofResults('GET', '', options);
  }

  /** How long each step and the whole took, over the finished traces of this name. */
  summary(options?: CallOptions): Promise<TraceSummary> {
    return this.#ofResults('GET', '/summary', options);
  }

  /** Drops the finished traces of this name. */
  clear(options?: CallOptions): Promise<void> {
    return this.#ofResults('DELETE', '', options);
  }

  get #base(): string {
    return this.url.replace(/\/+$/, '');
  }

  #takeMarks({ end = false }: Pick<StepOptions, 'end'>): Record<string, unknown> {
    const nowMs = performance.now();
    const steps = this.#marks.map(({ name, track, atMs }) => ({
      step_name: name,
      track_duration: track,
      age_seconds: (nowMs - atMs) / 1e3,
    }));
    this.#marks = [];
    return { steps, end_trace: end };
  }

  #bodyOf(body: Record<string, unknown>): string {
    return JSON.stringify({ ...body, trace_tag: this.name, trace_id: this.id });
  }

  #post<Answer>(path: string, body: Record<string, unknown>, options?: CallOptions): Promise<Answer> {
    return this.#call(this.#base + path, { method: 'POST', body: this.#bodyOf(body) }, options);
  }

  #ofResults<Answer>(method: string, path: string, options?: CallOptions): Promise<Answer> {
    const url = `${this.#base.replace(/\/tracing$/, '/traces')}/${encodeURIComponent(this.name)}${path}`;
    return this.#call(url, { method }, options);
  }

  async #call<Answer>(url: string, request: RequestInit, { signal }: CallOptions = {}): Promise<Answer> {
    try {
      return await this.#exchange(url, request, signal);
    } catch (error) {
      // Whoever asked for silence does not look at what comes back.
      if (this.#options.silent) return undefined as Answer;
      throw error;
    }
  }

  async #exchange<Answer>(url: string, request: RequestInit, signal?: AbortSignal): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    const signals = [this.#options.signal, signal].filter(each => each !== undefined);
    try {
      const response = await fetch(url, {
        ...request,
        headers: { 'Content-Type': 'application/json' },
        keepalive: true,
        signal: AbortSignal.any([timeout, ...signals]),
      });
      const answer = parse(await response.text());
      if (response.ok) return answer as Answer;
      const { detail = answer } = Object(answer) as { detail?: unknown };
      throw new RemoteTraceError('refused', { status: response.status, detail });
    } catch (cause) {
      if (cause instanceof RemoteTraceError) throw cause;
      const code = signals.some(each => each.aborted) ? 'aborted' : timeout.aborted ? 'timeout' : 'unreachable';
      throw new RemoteTraceError(code, { cause });
    }
  }
}

// A 204 has no body, and a proxy in between may answer with a page.
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
