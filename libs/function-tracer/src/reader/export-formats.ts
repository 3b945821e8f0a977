import { hash, randomBytes } from 'node:crypto';
import type { Call } from './calls.ts';

/** Chrome's trace event format, which Perfetto reads too. Calls that overlap on a thread go to tracks of their own. */
export function toChromeTrace(calls: readonly Call[]): unknown {
  const tracks = new Tracks();
  const events = calls.map(call => ({
    name: call.name,
    cat: call.module,
    ph: 'X',
    ts: call.startMicros,
    dur: call.durationMicros ?? 0,
    pid: 1,
    tid: tracks.of(call),
    args: {
      args: call.args,
      result: call.result,
      ...(call.error === undefined ? {} : { error: call.error }),
      request_id: call.requestId,
    },
  }));
  const names = tracks.names.map((name, tid) => ({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } }));
  return { traceEvents: [...names, ...events], displayTimeUnit: 'ms' };
}

/** A call lies on its parent's track while it is inside of it and nothing else is there; else on another. */
class Tracks {
  readonly names: string[] = [];
  readonly #open: Call[][] = [];
  readonly #trackOf = new Map<Call, number>();

  of(call: Call): number {
    const preferred = call.parent === undefined ? undefined : this.#trackOf.get(call.parent);
    const candidates = [...(preferred === undefined ? [] : [preferred]), ...this.names.keys()];
    const track =
      candidates.find(index => this.names[index] === call.thread && this.#fits(index, call)) ??
      this.names.push(call.thread) - 1;
    (this.#open[track] ??= []).push(call);
    this.#trackOf.set(call, track);
    return track;
  }

  #fits(track: number, call: Call): boolean {
    const open = this.#open[track] ?? [];
    while (open.length > 0 && endOf(open.at(-1)) <= call.startMicros) open.pop();
    return open.length === 0 || endOf(open.at(-1)) >= endOf(call);
  }
}

function endOf(call: Call | undefined): number {
  return call === undefined ? 0 : call.startMicros + (call.durationMicros ?? 0);
}

/** speedscope's file format: one evented profile for each track. */
export function toSpeedscope(calls: readonly Call[], name: string): unknown {
  const frames = [...new Set(calls.map(call => call.name))];
  const index = new Map(frames.map((frame, position) => [frame, position]));
  const tracks = new Tracks();
  const byTrack = Map.groupBy(calls, call => tracks.of(call));
  const profiles = [...byTrack].map(([track, onTrack]) => profile(tracks.names[track] ?? '', onTrack, index));
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: frames.map(frame => ({ name: frame })) },
    profiles,
    name,
  };
}

function profile(name: string, calls: readonly Call[], frames: ReadonlyMap<string, number>): unknown {
  const events: { type: 'O' | 'C'; at: number; frame: number }[] = [];
  const open: Call[] = [];
  const frameOf = (call: Call) => frames.get(call.name) ?? 0;
  const closeUntil = (time: number) => {
    for (let top = open.at(-1); top !== undefined && endOf(top) <= time; top = open.at(-1)) {
      events.push({ type: 'C', at: endOf(top), frame: frameOf(top) });
      open.pop();
    }
  };
  for (const call of calls) {
    closeUntil(call.startMicros);
    events.push({ type: 'O', at: call.startMicros, frame: frameOf(call) });
    open.push(call);
  }
  closeUntil(Infinity);
  return {
    type: 'evented',
    name,
    unit: 'microseconds',
    startValue: events[0]?.at ?? 0,
    endValue: events.at(-1)?.at ?? 0,
    events,
  };
}

/** OTLP as JSON: one span for each call; calls without a trace of their own get one for each tree. */
export function toOtlp(calls: readonly Call[], serviceName: string): OtlpRequest {
  const ids = new SpanIds();
  const spans = calls.map(call => spanOf(call, ids));
  const resource = { attributes: [attribute('service.name', serviceName)] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: '@tracelab/function-tracer' }, spans }] }] };
}

export interface OtlpRequest {
  readonly resourceSpans: readonly [
    {
      readonly resource: unknown;
      readonly scopeSpans: readonly [{ readonly scope: unknown; readonly spans: readonly OtlpSpan[] }];
    },
  ];
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

const INTERNAL = 1;
const STATUS_ERROR = 2;

class SpanIds {
  readonly #spans = new Map<Call, string>();
  readonly #traces = new Map<Call | string, string>();

  span(call: Call): string {
    return remembered(this.#spans, call, () => randomBytes(8).toString('hex'));
  }

  /** A call belongs to the trace of its request, or of the call that everything began with. */
  trace(call: Call): string {
    if (call.traceId !== undefined) return call.traceId;
    if (call.requestId !== undefined) return hash('sha256', call.requestId).slice(0, 32);
    let root = call;
    while (root.parent !== undefined) root = root.parent;
    return root.traceId ?? remembered(this.#traces, root, () => randomBytes(16).toString('hex'));
  }
}

function remembered<Key>(known: Map<Key, string>, key: Key, make: () => string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

function spanOf(call: Call, ids: SpanIds): OtlpSpan {
  const start = BigInt(Math.round(call.startMicros)) * 1000n;
  const parent =
    call.parent === undefined
      ? call.spanId
      : ids.trace(call.parent) === ids.trace(call)
        ? ids.span(call.parent)
        : undefined;
  return {
    traceId: ids.trace(call),
    spanId: ids.span(call),
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name: call.name,
    kind: INTERNAL,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.round(call.durationMicros ?? 0)) * 1000n),
    attributes: attributesOf(call),
    status: call.error === undefined ? {} : { code: STATUS_ERROR, message: call.error.message },
    events: call.error === undefined ? [] : [exceptionEvent(call, call.error)],
  };
}

function attributesOf(call: Call): unknown[] {
  const known = {
    'code.function.name': call.name,
    'code.line.number': call.line,
    'thread.name': call.thread,
    'flowtrace.args': call.args,
    'flowtrace.result': call.result,
    'flowtrace.request_id': call.requestId,
  };
  return Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [attribute(key, value)]));
}

function exceptionEvent(call: Call, { type, message }: { readonly type: string; readonly message: string }): unknown {
  const at = BigInt(Math.round(endOf(call))) * 1000n;
  const attributes = [attribute('exception.type', type), attribute('exception.message', message)];
  return { name: 'exception', timeUnixNano: String(at), attributes };
}

function attribute(key: string, value: unknown): unknown {
  return {
    key,
    value:
      typeof value === 'number'
        ? { intValue: String(value) }
        : { stringValue: typeof value === 'string' ? value : JSON.stringify(value) },
  };
}
