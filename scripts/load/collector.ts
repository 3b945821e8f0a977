import type { FailureCause, Outcome } from '../sending/outcome.ts';
import { isExpected, type PlannedRequest } from '../sending/planned-request.ts';
import { LatencyRecorder } from './latency-recorder.ts';

/** One request that was made: what was asked, when it should have gone out, and how it ended. */
export interface Sample {
  readonly request: PlannedRequest;
  readonly dueMs: number;
  readonly outcome: Outcome;
}

export interface StatusCount {
  readonly isError: boolean;
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
  readonly serviceTime = new LatencyRecorder();
  /** How much later than due requests were sent. */
  readonly lateness = new LatencyRecorder();
  readonly statuses = new Map<number, StatusCount>();
  readonly failures = new Map<FailureCause, FailureCount>();
  requests = 0;
  errors = 0;

  add({ request, dueMs, outcome }: Sample): void {
    this.requests++;
    const isError = isErrorOf(request, outcome);
    if (isError) this.errors++;
    if (outcome.kind === 'answered') this.#countStatus(outcome.status, isError, outcome.traceId);
    else this.#countFailure(outcome.cause, outcome.detail, outcome.traceId);
    this.lateness.record(outcome.sentMs - dueMs, outcome.traceId);
    if (!hasLatency(outcome)) return;
    this.latency.record(outcome.doneMs - dueMs, outcome.traceId);
    this.serviceTime.record(outcome.doneMs - outcome.sentMs, outcome.traceId);
  }

  #countStatus(status: number, isError: boolean, traceId: string): void {
    const known = this.statuses.get(status);
    if (known === undefined || known.isError !== isError) {
      this.statuses.set(status, {
        isError: isError || known?.isError === true,
        count: 1 + (known?.count ?? 0),
        traceId,
      });
      return;
    }
    known.count++;
    known.traceId = traceId;
  }

  #countFailure(cause: FailureCause, detail: string, traceId: string): void {
    const known = this.failures.get(cause);
    if (known === undefined) this.failures.set(cause, { count: 1, traceId, detail });
    else Object.assign(known, { count: known.count + 1, traceId, detail });
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
  readonly all = new Tally();
  readonly routes = new Map<string, Tally>();
  readonly seconds: Second[] = [];
  readonly startMs: number;
  cancelled = 0;
  readonly #current = new LatencyRecorder();
  #answered = 0;
  #errors = 0;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  add(sample: Sample): void {
    const { request, dueMs, outcome } = sample;
    // We ended it, so it says nothing of the server.
    if (outcome.kind === 'failed' && outcome.cause === 'cancelled') {
      this.cancelled++;
      return;
    }
    this.#closeSecondsBefore(outcome.doneMs);
    this.all.add(sample);
    this.#tallyOf(request.route).add(sample);
    if (outcome.kind === 'answered') this.#answered++;
    if (isErrorOf(request, outcome)) this.#errors++;
    if (hasLatency(outcome)) this.#current.record(outcome.doneMs - dueMs, outcome.traceId);
  }

  /** Ends the last second, so that `seconds` tells all. */
  finish(): void {
    if (this.#answered + this.#errors > 0) this.#closeSecond();
  }

  progress(nowMs: number): Progress {
    this.#closeSecondsBefore(nowMs);
    const last = this.seconds.at(-1);
    return {
      requests: this.all.requests,
      errors: this.all.errors,
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

const isErrorOf = (request: PlannedRequest, outcome: Outcome): boolean =>
  outcome.kind === 'failed' || !isExpected(request, outcome.status);

// A request that timed out was waited for that long: to leave it out would flatter the percentiles.
const hasLatency = (outcome: Outcome): boolean => outcome.kind === 'answered' || outcome.cause === 'timeout';
