import { type CallValues, HIDDEN_VALUE } from '../values/call-values.ts';
import { now } from '../runtime/clock.ts';
import type { Frame } from '../runtime/frame.ts';
import type { FunctionEntry, FunctionTable } from '../runtime/function-table.ts';
import type { Recorder } from '../runtime/recorder.ts';
import type { RequestRoot } from '../runtime/request-root.ts';
import type { DefinedFunction } from './event-formatter.ts';
import { emptyRecord, type EventRecord, Kind } from './record.ts';
import type { RecordSink } from './record-sink.ts';

/** A call may not begin when less than this share of the memory is free: the rest is for calls to end. */
const RESERVE = 0.25;

/** Makes records of calls. Counts those for which there was no room. */
export class EventRecorder implements Recorder {
  readonly #sink: RecordSink;
  readonly #functions: FunctionTable;
  readonly #values: CallValues;
  readonly #captureArgs: boolean;
  readonly #record: EventRecord = emptyRecord();
  /** By the index of the function. */
  readonly #hidesValues: boolean[] = [];
  #definedFunctions = 0;
  #dropped = 0;
  #reportedDropped = 0;
  #reportedLeftOut = 0;

  constructor(
    sink: RecordSink,
    functions: FunctionTable,
    { values, captureArgs }: { readonly values: CallValues; readonly captureArgs: boolean },
  ) {
    this.#sink = sink;
    this.#functions = functions;
    this.#values = values;
    this.#captureArgs = captureArgs;
  }

  /** Calls that went unwritten because memory was full. */
  get dropped(): number {
    return this.#dropped;
  }

  describeArgs(args: object, entry: FunctionEntry): string {
    try {
      return this.#values.args(args, this.#hidesValuesOf(entry));
    } catch {
      return '{"<serialization_error>":true}';
    }
  }

  enter(frame: Frame, args: string): boolean {
    if (this.#prepare(frame.root) && this.#writeEnter(frame, args)) return true;
    this.#dropped++;
    return false;
  }

  #writeEnter(frame: Frame, args: string): boolean {
    const record = this.#of(Kind.enter, frame);
    record.timeMs = frame.startedMs;
    record.text = args;
    return this.#sink.write(record, RESERVE);
  }

  exit(frame: Frame, endedMs: number, result: unknown): void {
    this.#end(Kind.exit, frame, { endedMs, text: this.#captureArgs ? this.#describeResult(result, frame.entry) : '' });
  }

  #describeResult(result: unknown, entry: FunctionEntry): string {
    if (result === undefined) return '';
    try {
      return this.#hidesValuesOf(entry) ? HIDDEN_VALUE : this.#values.result(result);
    } catch {
      return '"<unserializable>"';
    }
  }

  /** Judged once for each function. */
  #hidesValuesOf({ index }: FunctionEntry): boolean {
    const judged = this.#hidesValues;
    if (index >= judged.length)
      for (const { name } of this.#functions.from(judged.length)) judged.push(this.#values.hidesThoseOf(name));
    return judged[index] === true;
  }

  exception(frame: Frame, endedMs: number, error: unknown): void {
    this.#end(Kind.exception, frame, { endedMs, text: this.#values.error(error) });
  }

  #end(kind: Kind, frame: Frame, { endedMs, text }: { readonly endedMs: number; readonly text: string }): void {
    const record = this.#of(kind, frame);
    record.timeMs = endedMs;
    record.lastedMs = endedMs - frame.startedMs;
    record.suspendedMs = frame.waits?.totalMs ?? 0;
    record.text = text;
    if (!this.#sink.write(record, 0)) this.#dropped++;
  }

  aggregate(entry: FunctionEntry, atMs: number): void {
    const record = this.#record;
    record.kind = Kind.aggregate;
    record.functionIndex = entry.index;
    record.id = entry.windowCalls;
    record.timeMs = atMs;
    record.lastedMs = entry.windowMicros / 1000;
    record.text = '';
    if (!this.#prepare(undefined) || !this.#sink.write(record, RESERVE)) this.#dropped += entry.windowCalls;
  }

  /** An event that is no call's: its own fields, as JSON without braces. */
  line(text: string, root: RequestRoot | undefined, atMs = now()): void {
    if (!this.#prepare(root)) return;
    const record = this.#record;
    record.kind = Kind.line;
    record.timeMs = atMs;
    record.rootIndex = root?.index ?? 0;
    record.text = text;
    this.#sink.write(record, 0);
  }

  /** Writes how many calls are missing, if any more are than last time. */
  reportDropped(): void {
    if (this.#dropped === this.#reportedDropped) return;
    this.#reportedDropped = this.#dropped;
    this.line(`"event":"DROPPED","dropped":${this.#dropped}`, undefined);
  }

  /** Writes how many requests were left out so far, if any more were than last time. */
  reportLeftOut(requests: number): void {
    if (requests === this.#reportedLeftOut) return;
    this.#reportedLeftOut = requests;
    this.line(`"event":"LEFT_OUT","requests":${requests}`, undefined);
  }

  #of(kind: Kind, frame: Frame): EventRecord {
    const record = this.#record;
    record.kind = kind;
    record.functionIndex = frame.entry.index;
    record.id = frame.id;
    record.parentId = frame.parentId;
    record.depth = frame.depth;
    record.rootIndex = frame.root?.index ?? 0;
    record.lastedMs = 0;
    record.suspendedMs = 0;
    return record;
  }

  /** Tells the reader of the records what the next one speaks of. */
  #prepare(root: RequestRoot | undefined): boolean {
    if (this.#definedFunctions < this.#functions.size && !this.#defineFunctions()) return false;
    return root === undefined || root.writtenBy === this || this.#defineRoot(root);
  }

  #defineFunctions(): boolean {
    const fresh = this.#functions.from(this.#definedFunctions).slice(0, MOST_PER_RECORD);
    const text = JSON.stringify(
      fresh.map(({ module, owner, name, line }): DefinedFunction => [module, owner ?? null, name, line]),
    );
    if (!this.#plain(Kind.define, this.#definedFunctions, text)) return false;
    this.#definedFunctions += fresh.length;
    return this.#definedFunctions === this.#functions.size || this.#defineFunctions();
  }

  #defineRoot(root: RequestRoot): boolean {
    const ids = Object.entries({ request_id: root.requestId, trace_id: root.traceId, span_id: root.spanId });
    const known = ids.filter(([, value]) => value !== undefined);
    const text = known.map(([name, value]) => `,"${name}":${JSON.stringify(value)}`).join('');
    if (!this.#plain(Kind.root, root.index, text)) return false;
    root.writtenBy = this;
    return true;
  }

  #plain(kind: Kind, index: number, text: string): boolean {
    const record = this.#record;
    record.kind = kind;
    record.functionIndex = index;
    record.rootIndex = index;
    record.text = text;
    return this.#sink.write(record, 0);
  }
}

const MOST_PER_RECORD = 200;
