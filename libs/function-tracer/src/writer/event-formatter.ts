import { type EventRecord, Kind } from './record.ts';
import type { SegmentFiles } from './segment-files.ts';

export interface FormatOptions {
  /** `main` or `worker-N`. */
  readonly thread: string;
  readonly pid: number;
  /** When the thread's clock stood at zero, in milliseconds of the epoch. */
  readonly timeOriginMs: number;
  readonly timestampUnit: 'us' | 'ms';
  readonly compat: 'none' | 'mcp';
}

interface KnownFunction {
  /** `"thread":…,"module":…,"function":…`: the documented fields. */
  readonly head: string;
  /** `"class":…,"method":…`: the other agents' names for them. */
  readonly tail: string;
  readonly line: number;
}

/** The argument or result of an event, and the fields that follow it. */
interface WrittenValue {
  readonly name: 'args' | 'result';
  readonly value: string;
  readonly rest: string;
}

/** Functions as a `define` record carries them: module, owner, name, line. */
export type DefinedFunction = readonly [module: string, owner: string | null, name: string, line: number];

const MOST_ROOTS = 50_000;

/** Turns records into lines. Knows the functions and the requests that earlier records spoke of. */
export class EventFormatter {
  readonly #options: FormatOptions;
  readonly #segments: SegmentFiles | undefined;
  readonly #functions: KnownFunction[] = [];
  readonly #roots = new Map<number, string>();

  constructor(options: FormatOptions, segments: SegmentFiles | undefined) {
    this.#options = options;
    this.#segments = segments;
  }

  /** The line, with its line break, or nothing for a record that only informs. */
  format(record: EventRecord): string {
    switch (record.kind) {
      case Kind.enter:
        return this.#enter(record);
      case Kind.exit:
        return this.#exit(record);
      case Kind.exception:
        return this.#exception(record);
      case Kind.aggregate:
        return this.#aggregate(record);
      case Kind.line:
        return `{"timestamp":${this.#time(record.timeMs)},${record.text}${this.#roots.get(record.rootIndex) ?? ''},"pid":${this.#options.pid}}\n`;
      default:
        this.#learn(record);
        return '';
    }
  }

  #learn(record: EventRecord): void {
    if (record.kind === Kind.define) this.#define(record);
    if (record.kind === Kind.root) this.#keepRoot(record);
  }

  // Nothing says when the last call of a request has ended, so the oldest make way.
  #keepRoot({ rootIndex, text }: EventRecord): void {
    this.#roots.set(rootIndex, text);
    const [oldest] = this.#roots.size > MOST_ROOTS ? this.#roots.keys() : [];
    if (oldest !== undefined) this.#roots.delete(oldest);
  }

  #define({ functionIndex, text }: EventRecord): void {
    const defined = JSON.parse(text) as readonly DefinedFunction[];
    for (const [offset, [module, owner, name, line]] of defined.entries()) {
      this.#functions[functionIndex + offset] = {
        head: `"thread":"${this.#options.thread}","module":${JSON.stringify(module)},"function":${JSON.stringify(name)}`,
        tail: `"class":${JSON.stringify(owner ?? module)},"method":${JSON.stringify(name)}`,
        line,
      };
    }
  }

  #enter(record: EventRecord): string {
    const value = record.text === '' ? '{}' : record.text;
    return this.#written(record, 'ENTER', {
      name: 'args',
      value,
      rest: `,"line":${this.#function(record)?.line ?? 0}`,
    });
  }

  #exit(record: EventRecord): string {
    const value = record.text === '' ? 'null' : record.text;
    return this.#written(record, 'EXIT', { name: 'result', value, rest: this.#durations(record) });
  }

  #exception(record: EventRecord): string {
    const rest = `,"exception":${record.text}${this.#durations(record)}`;
    if (this.#options.compat === 'mcp') return this.#line(record, 'EXIT', `,"result":"null"${rest}`);
    return this.#line(record, 'EXCEPTION', rest);
  }

  #durations({ lastedMs, suspendedMs }: EventRecord): string {
    const micros = Math.round(lastedMs * 1000);
    const suspended = Math.min(micros, Math.round(suspendedMs * 1000));
    const own = suspended > 0 ? `,"suspendedMicros":${suspended},"runningMicros":${micros - suspended}` : '';
    return `,"durationMicros":${micros},"durationMillis":${Math.floor(micros / 1000)}${own}`;
  }

  #written(record: EventRecord, event: string, { name, value, rest }: WrittenValue): string {
    const whole = this.#line(record, event, `,"${name}":${JSON.stringify(value)}${rest}`);
    const cut = this.#segments?.cut(name, value);
    if (cut === undefined) return whole;
    const file = this.#segments?.write(whole, event, this.#time(record.timeMs));
    const marks = `,"truncatedFields":${cut.fields},"fullLogFile":${JSON.stringify(file)}`;
    return this.#line(record, event, `,"${name}":${JSON.stringify(cut.text)}${rest}${marks}`);
  }

  #line(record: EventRecord, event: string, fields: string): string {
    const { id, parentId, depth, rootIndex, timeMs } = record;
    const known = this.#function(record);
    const place = `"id":${id},"parentId":${parentId === 0 ? 'null' : parentId},"depth":${depth},"pid":${this.#options.pid}`;
    const root = rootIndex === 0 ? '' : (this.#roots.get(rootIndex) ?? '');
    return `{"timestamp":${this.#time(timeMs)},"event":"${event}",${known?.head ?? ''}${fields},${known?.tail ?? ''},${place}${root}}\n`;
  }

  #aggregate({ functionIndex, id, timeMs, lastedMs }: EventRecord): string {
    const known = this.#functions[functionIndex];
    const micros = Math.round(lastedMs * 1000);
    return (
      `{"timestamp":${this.#time(timeMs)},"event":"AGGREGATE",${known?.head ?? ''},"calls":${id},"durationMicros":${micros},` +
      `"durationMillis":${Math.floor(micros / 1000)},${known?.tail ?? ''},"pid":${this.#options.pid}}\n`
    );
  }

  #function({ functionIndex }: EventRecord): KnownFunction | undefined {
    return this.#functions[functionIndex];
  }

  #time(ms: number): number {
    const epochMs = this.#options.timeOriginMs + ms;
    return this.#options.timestampUnit === 'ms' ? Math.floor(epochMs) : Math.floor(epochMs * 1000);
  }
}
