import { eventOf, type LogEvent, type LogRow, qualifiedName } from './log-row.ts';

/** A call, put together from its events. */
export interface Call {
  readonly name: string;
  readonly module: string;
  readonly owner: string;
  readonly method: string;
  readonly thread: string;
  readonly startMicros: number;
  readonly args: unknown;
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly line: number | undefined;
  parent: Call | undefined;
  readonly children: Call[];
  /** Undefined while nothing says that it ended. */
  durationMicros: number | undefined;
  suspendedMicros: number;
  result: unknown;
  error: LogEvent['error'];
}

/** Rebuilds the calls of a log, in the order in which they began. Logs without ids are matched by thread and name. */
export function callsOf(rows: readonly LogRow[]): Call[] {
  const builder = new CallBuilder();
  for (const row of rows) builder.add(eventOf(row));
  return builder.finish();
}

class CallBuilder {
  readonly #calls: Call[] = [];
  readonly #byId = new Map<string, Call>();
  readonly #byParent = new Map<string, Call[]>();
  readonly #stacks = new Map<string, Call[]>();
  readonly #lastEnded = new Map<string, Call>();

  add(event: LogEvent): void {
    if (event.event === 'ENTER') this.#begin(event);
    if (event.event === 'EXIT' || event.event === 'EXCEPTION') this.#end(event);
  }

  finish(): Call[] {
    for (const call of this.#calls) call.parent?.children.push(call);
    return this.#calls.toSorted((a, b) => a.startMicros - b.startMicros);
  }

  #begin(event: LogEvent): void {
    const call = beginning(event);
    this.#calls.push(call);
    if (event.id === undefined) {
      const stack = this.#stackOf(event);
      call.parent = stack.at(-1);
      stack.push(call);
      return;
    }
    this.#adopt(key(event, event.id), call);
    if (event.parentId !== undefined) this.#place(key(event, event.parentId), call);
  }

  // A parent may be written after its child. In a container each run has the same pid and begins with the same ids, so
  // one that began later than the child is of a later run, and the one that was there before was of an earlier run.
  #adopt(ownKey: string, call: Call): void {
    this.#byId.set(ownKey, call);
    for (const child of this.#byParent.get(ownKey) ?? [])
      if (child.startMicros >= call.startMicros) child.parent = call;
    this.#byParent.delete(ownKey);
  }

  #place(parentKey: string, call: Call): void {
    call.parent = this.#byId.get(parentKey);
    const siblings = this.#byParent.get(parentKey);
    if (siblings === undefined) this.#byParent.set(parentKey, [call]);
    else siblings.push(call);
  }

  #end(event: LogEvent): void {
    const call = event.id === undefined ? this.#pop(event) : this.#byId.get(key(event, event.id));
    if (call === undefined) return;
    call.durationMicros = event.durationMicros ?? event.timeMicros - call.startMicros;
    const suspended = event.row['suspendedMicros'];
    call.suspendedMicros = typeof suspended === 'number' ? suspended : 0;
    call.result = event.row['result'];
    call.error = event.error ?? call.error;
  }

  // The settrace agent ends a call that throws twice.
  #pop(event: LogEvent): Call | undefined {
    const stack = this.#stackOf(event);
    const index = stack.findLastIndex(call => call.name === qualifiedName(event));
    const last = this.#lastEnded.get(event.thread);
    if (last?.name === qualifiedName(event) && last.error !== undefined && event.event === 'EXIT') return undefined;
    if (index < 0) return undefined;
    const [call] = stack.splice(index);
    if (call !== undefined) this.#lastEnded.set(event.thread, call);
    return call;
  }

  #stackOf({ thread }: LogEvent): Call[] {
    const known = this.#stacks.get(thread);
    if (known !== undefined) return known;
    const stack: Call[] = [];
    this.#stacks.set(thread, stack);
    return stack;
  }
}

function key({ pid }: LogEvent, id: number): string {
  return `${pid ?? ''}:${id}`;
}

function beginning(event: LogEvent): Call {
  const { row } = event;
  const optional = (name: string) => (typeof row[name] === 'string' ? row[name] : undefined);
  return {
    name: qualifiedName(event),
    module: event.module,
    owner: event.owner,
    method: event.name,
    thread: event.thread,
    startMicros: event.timeMicros,
    args: row['args'],
    requestId: optional('request_id'),
    traceId: optional('trace_id'),
    spanId: optional('span_id'),
    line: typeof row['line'] === 'number' ? row['line'] : undefined,
    parent: undefined,
    children: [],
    durationMicros: undefined,
    suspendedMicros: 0,
    result: undefined,
    error: undefined,
  };
}
