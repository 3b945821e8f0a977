/** A line of a log: whatever object stands there. */
export type LogRow = Readonly<Record<string, unknown>>;

/** What a row says, by whichever of the agents and in whichever unit it was written. */
export interface LogEvent {
  readonly event: string;
  /** Microseconds of the epoch. */
  readonly timeMicros: number;
  readonly module: string;
  /** The class of a method, else the module. */
  readonly owner: string;
  readonly name: string;
  readonly thread: string;
  readonly pid: number | undefined;
  readonly id: number | undefined;
  readonly parentId: number | undefined;
  readonly durationMicros: number | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly row: LogRow;
}

/** Reads a row; every field that no agent wrote gets a plain value in its place. */
export function eventOf(row: LogRow): LogEvent {
  const owner = text(row['class']) ?? text(row['module']) ?? '';
  const millis = number(row['durationMillis']);
  return {
    event: text(row['event']) ?? '',
    timeMicros: timeMicros(row['timestamp']),
    module: text(row['module']) ?? owner,
    owner,
    name: text(row['method']) ?? text(row['function']) ?? '',
    thread: text(row['thread']) ?? 'main',
    pid: number(row['pid']),
    id: number(row['id']),
    parentId: number(row['parentId']),
    durationMicros: number(row['durationMicros']) ?? (millis === undefined ? undefined : millis * 1000),
    error: errorOf(row['exception']),
    row,
  };
}

/** `Class.method` of an event, or `module.function`. */
export function qualifiedName({ owner, name }: Pick<LogEvent, 'owner' | 'name'>): string {
  return owner === '' ? name : `${owner}.${name}`;
}

/** A time in any unit that the agents use: the magnitude tells which. */
export function timeMicros(value: unknown): number {
  if (typeof value === 'string') return Date.parse(value) * 1000;
  if (typeof value !== 'number') return Number.NaN;
  if (value < 1e11) return value * 1e6;
  if (value < 1e14) return value * 1e3;
  return value < 1e17 ? value : value / 1e3;
}

function errorOf(exception: unknown): LogEvent['error'] {
  if (typeof exception === 'string') {
    const [type = '', ...rest] = exception.split(': ');
    return { type, message: rest.join(': ') };
  }
  if (typeof exception !== 'object' || exception === null) return undefined;
  const { type, message } = exception as { type?: unknown; message?: unknown };
  return { type: text(type) ?? 'Error', message: text(message) ?? '' };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
