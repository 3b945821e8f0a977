import { Inject, Injectable, Logger } from '@nestjs/common';
import type {
  ActiveTrace,
  AddStep,
  AddSteps,
  StepAdded,
  StepsAdded,
  TraceEnded,
  TraceRef,
  TraceStarted,
  TraceSummary,
} from '@tracelab/contracts/perf-tracer';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { Event, finishedTraces, Key, Operation } from '../telemetry.ts';
import { Clock } from './clock.ts';
import { exportTrace } from './export-trace.ts';
import { jsonArray } from './json-array.ts';
import { summarize } from './summarize.ts';
import { addSteps, type Advance, end, endWith, type FinishedTrace, startedAt, type TraceName } from './trace.ts';
import { TraceFullError, TraceNotFoundError } from './traces.errors.ts';
import { type Advanced, TracesStore } from './traces.store.ts';
import { activeBody, finishedBody, seconds, stepBody, timeAt } from './wire.ts';

const ACTIVE_LISTED = 1_000;

interface Limits {
  readonly stepsPerTrace: number;
}

const nameOf = ({ trace_tag, trace_id }: TraceRef): TraceName => ({ tag: trace_tag, id: trace_id });

/** Every operation reads the clock first, so that waiting for a turn or a database is no part of what is measured. */
@Injectable()
export class TracesService {
  static readonly Limits = Symbol('Limits');
  private readonly logger = new Logger(TracesService.name);

  constructor(
    private readonly store: TracesStore,
    private readonly clock: Clock,
    @Inject(TracesService.Limits) private readonly limits: Limits,
  ) {}

  @Operation('start')
  async start(ref: TraceRef): Promise<TraceStarted> {
    const trace = startedAt(nameOf(ref), this.clock.now());
    describe(trace);
    if (await this.store.start(trace)) {
      addEvent(Event.traceReplaced);
      this.logger.warn(`a trace of ${JSON.stringify(trace.tag)} was started again before it ended: its steps are gone`);
    }
    const { trace_tag, trace_id } = ref;
    return { message: 'Trace started', trace_tag, trace_id, start_time: timeAt(trace, 0n) };
  }

  @Operation('step')
  async step({ end_trace, step_name, track_duration, ...ref }: AddStep): Promise<StepAdded | TraceEnded> {
    const timed = { step_name, track_duration, age_seconds: 0 };
    const outcome = await this.addSteps({ ...ref, end_trace, steps: [timed] });
    if (outcome.message === 'Trace ended') return outcome;
    const [step] = outcome.steps;
    if (step === undefined) throw new TraceNotFoundError();
    return { message: 'Step added', trace_tag: ref.trace_tag, trace_id: ref.trace_id, ...step };
  }

  @Operation('steps')
  steps(batch: AddSteps): Promise<StepsAdded | TraceEnded> {
    return this.addSteps(batch);
  }

  @Operation('end')
  async end(ref: TraceRef): Promise<TraceEnded> {
    const now = this.clock.now();
    const { finished } = await this.advance(nameOf(ref), trace => end(trace, now));
    if (finished === undefined) throw new TraceNotFoundError();
    return this.file(finished);
  }

  async active(): Promise<ActiveTrace[]> {
    const traces = await this.store.running(ACTIVE_LISTED);
    const now = this.clock.now();
    return traces.map(trace => activeBody(trace, now));
  }

  dropActive(name: TraceName): Promise<void> {
    return this.store.drop(name);
  }

  tags(): Promise<string[]> {
    return this.store.tags();
  }

  /** The JSON of all of them, as it is read. */
  async finished(tag: string): Promise<AsyncIterable<string>> {
    return jsonArray(await this.store.finished(tag), finishedBody);
  }

  async summary(tag: string): Promise<TraceSummary> {
    return summarize(tag, await this.store.finished(tag));
  }

  deleteFinished(tag: string): Promise<void> {
    return this.store.deleteFinished(tag);
  }

  private async addSteps({ steps, end_trace, ...ref }: AddSteps): Promise<StepsAdded | TraceEnded> {
    const now = this.clock.now();
    const told = steps.map(({ step_name, track_duration, age_seconds }) => ({
      name: step_name,
      isTracked: track_duration,
      ageNs: BigInt(Math.round(age_seconds * 1e9)),
    }));
    const { trace, added, finished } = await this.advance(nameOf(ref), running => {
      if (running.stepCount + told.length > this.limits.stepsPerTrace)
        throw new TraceFullError(this.limits.stepsPerTrace);
      const advance = addSteps(running, told, now);
      return end_trace ? endWith(advance) : advance;
    });
    if (finished !== undefined) return this.file(finished);
    const bodies = added.map(step => stepBody(trace, step));
    return { message: 'Steps added', trace_tag: ref.trace_tag, trace_id: ref.trace_id, steps: bodies };
  }

  private async advance(name: TraceName, operation: (trace: Advance['trace']) => Advance): Promise<Advanced> {
    describe(name);
    const advanced = await this.store.advance(name, operation);
    if (advanced === undefined) throw new TraceNotFoundError();
    return advanced;
  }

  private file(trace: FinishedTrace): TraceEnded {
    const body = finishedBody(trace);
    finishedTraces.add(1);
    addEvent(Event.traceEnded, { [Key.durationSeconds]: body.duration_seconds, [Key.stepCount]: trace.steps.length });
    setAttributes({ [Key.untrackedSeconds]: seconds(trace.untrackedNs) });
    exportTrace(trace);
    return { message: 'Trace ended', ...body };
  }
}

function describe({ tag, id }: TraceName): void {
  setAttributes({ [Key.tag]: tag, ...(id !== null && { [Key.id]: id }) });
}
