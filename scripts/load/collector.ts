import type { FailureCause, Outcome } from '../sending/outcome.ts';
import { isExpected, type PlannedRequest } from '../sending/planned-request.ts';
import { LatencyRecorder } from './latency-recorder.ts';

/** One request that was made: what was asked, when it should have gone out, and how it ended. */
export interface Sample {
  readonly request: PlannedRequest;
  /** Undefined where it was due whenever it could be sent. */
  readonly dueMs: number | undefined;
  readonly outcome: Outcome;
}

export interface StatusCount {
  isError: boolean;
  count: number;
  traceId: string;
}

export interface FailureCount {
  count: number;
  traceId: string;
  detail: string;
}

/** One second of the run, counted by when requests ended. */
export interface Second {
  readonly answered: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly maxTraceId: string;
}

/** All that is counted of a set of requests. */
export class Tally {
  /** Since the request was due. In a closed loop nothing is due before it is sent, so this is the service time. */
  readonly latency = new LatencyRecorder();
  /** Since the request was sent, and how much later than due that was; only of requests that were due at a time of their own. */
  readonly serviceTime = new LatencyRecorder();
  readonly lateness = new LatencyRecorder();
  readonly statuses = new Map<number, StatusCount>();
  readonly failures = new Map<FailureCause, FailureCount>();
  requests = 0;
  errors = 0;

  add({ dueMs, outcome }: Sample, isError: boolean): void {
    const { traceId, sentMs, doneMs } = outcome;
    this.requests++;
    if (isError) this.errors++;
    if (outcome.kind === 'answered') this.#countStatus(outcome.status, { isError, count: 1, traceId });
    else this.#countFailure(outcome.cause, { count: 1, traceId, detail: outcome.detail });
    if (dueMs !== undefined) this.lateness.record(sentMs - dueMs, traceId);
    if (!hasLatency(outcome)) return;
    this.latency.record(doneMs - (dueMs ?? sentMs), traceId);
    if (dueMs !== undefined) this.serviceTime.record(doneMs - sentMs, traceId);
  }

  merge(other: Tally): void {
    this.latency.merge(other.latency);
    this.serviceTime.merge(other.serviceTime);
    this.lateness.merge(other.lateness);
    for (const [status, counted] of other.statuses) this.#countStatus(status, counted);
    for (const [cause, counted] of other.failures) this.#countFailure(cause, counted);
    this.requests += other.requests;
    this.errors += other.errors;
  }

  // One status may be foreseen for one request and an error for another; the trace is then of an error.
  #countStatus(status: number, { isError, count, traceId }: Readonly<StatusCount>): void {
    const known = this.statuses.get(status);
    if (known === undefined) {
      this.statuses.set(status, { isError, count, traceId });
      return;
    }
    known.count += count;
    if (isError || !known.isError) known.traceId = traceId;
    known.isError ||= isError;
  }

  #countFailure(cause: FailureCause, { count, traceId, detail }: Readonly<FailureCount>): void {
    const known = this.failures.get(cause);
    if (known === undefined) this.failures.set(cause, { count, traceId, detail });
    else Object.assign(known, { count: known.count + count, traceId, detail });
  }
}

/** What was counted so far, for the live line. */
export interface Progress {
  readonly requests: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Counts samples: in all, by route, by second. */
export class Collector {
  readonly routes = new Map<string, Tally>();
  readonly seconds: Second[] = [];
  readonly startMs: number;
  cancelled = 0;
  readonly #current = new LatencyRecorder();
  #answered = 0;
  #errors = 0;
  #allRequests = 0;
  #allErrors = 0;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** Every route together. */
  total(): Tally {
    const total = new Tally();
    for (const tally of this.routes.values()) total.merge(tally);
    return total;
  }

  add(sample: Sample): void {
    const { request, dueMs, outcome } = sample;
    // We ended it, so it says nothing of the server.
    if (outcome.kind === 'failed' && outcome.cause === 'cancelled') {
      this.cancelled++;
      return;
    }
    this.#closeSecondsBefore(outcome.doneMs);
    const isError = outcome.kind === 'failed' || !isExpected(request, outcome.status);
    this.#tallyOf(request.route).add(sample, isError);
    this.#allRequests++;
    if (outcome.kind === 'answered') this.#answered++;
    if (isError) {
      this.#errors++;
      this.#allErrors++;
    }
    if (hasLatency(outcome)) this.#current.record(outcome.doneMs - (dueMs ?? outcome.sentMs), outcome.traceId);
  }

  /** Ends the last second, so that `seconds` tells all. */
  finish(): void {
    if (this.#answered + this.#errors > 0) this.#closeSecond();
  }

  progress(nowMs: number): Progress {
    this.#closeSecondsBefore(nowMs);
    const last = this.seconds.at(-1);
    return {
      requests: this.#allRequests,
      errors: this.#allErrors,
      ratePerSecond: last === undefined ? 0 : last.answered,
      p50Ms: last?.p50Ms ?? 0,
      p99Ms: last?.p99Ms ?? 0,
    };
  }

  #tallyOf(route: string): Tally {
    const known = this.routes.get(route);
    if (known !== undefined) return known;
    const tally = new Tally();
    this.routes.set(route, tally);
    return tally;
  }

  #closeSecondsBefore(nowMs: number): void {
    const current = Math.floor((nowMs - this.startMs) / 1_000);
    while (this.seconds.length < current) this.#closeSecond();
  }

  #closeSecond(): void {
    const slowest = this.#current.mark(1);
    this.seconds.push({
      answered: this.#answered,
      errors: this.#errors,
      p50Ms: this.#current.mark(0.5).ms,
      p99Ms: this.#current.mark(0.99).ms,
      maxMs: slowest.ms,
      maxTraceId: slowest.traceId,
    });
    this.#current.reset();
    [this.#answered, this.#errors] = [0, 0];
  }
}

// A request that timed out was waited for that long: to leave it out would flatter the percentiles.
const hasLatency = (outcome: Outcome): boolean => outcome.kind === 'answered' || outcome.cause === 'timeout';
