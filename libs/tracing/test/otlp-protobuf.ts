import type { Otlp } from './otlp-receiver.ts';

/** The fields of a protobuf message by number; those of fixed width and the varints as numbers. */
class Message {
  readonly #fields = new Map<number, (number | Buffer)[]>();

  constructor(bytes: Buffer) {
    for (let at = 0; at < bytes.length;) {
      const tag = varintAt(bytes, at);
      const { value, end } = valueAt(bytes, tag.end, tag.value & 7);
      const values = this.#fields.get(tag.value >>> 3) ?? [];
      this.#fields.set(tag.value >>> 3, [...values, value]);
      at = end;
    }
  }

  all(field: number): Message[] {
    return this.#bytes(field).map(bytes => new Message(bytes));
  }

  one(field: number): Message | undefined {
    return this.all(field)[0];
  }

  has(field: number): boolean {
    return this.#fields.has(field);
  }

  text(field: number): string {
    return this.#bytes(field)[0]?.toString() ?? '';
  }

  hex(field: number): string {
    return this.#bytes(field)[0]?.toString('hex') ?? '';
  }

  number(field: number): number {
    return (this.#fields.get(field)?.[0] as number | undefined) ?? 0;
  }

  #bytes(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []) as Buffer[];
  }
}

function varintAt(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, unit = 1; ; at++, unit *= 128) {
    const byte = bytes.readUInt8(at);
    value += (byte & 127) * unit;
    if (byte < 128) return { value, end: at + 1 };
  }
}

function valueAt(bytes: Buffer, at: number, wireType: number): { value: number | Buffer; end: number } {
  if (wireType === 0) return varintAt(bytes, at);
  if (wireType === 1) return { value: bytes.readDoubleLE(at), end: at + 8 };
  if (wireType === 5) return { value: bytes.readUInt32LE(at), end: at + 4 };
  const { value: length, end } = varintAt(bytes, at);
  return { value: bytes.subarray(end, end + length), end: end + length };
}

const valueKeys = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'] as const;

function attributesOf(message: Message, field: number) {
  return message.all(field).map(pair => {
    const value = pair.one(2);
    const kind = [1, 2, 3, 4, 5].find(number => value?.has(number)) ?? 1;
    const read = kind === 1 ? value?.text(1) : kind === 2 ? value?.number(2) === 1 : value?.number(kind);
    return { key: pair.text(1), value: { [valueKeys[kind - 1] ?? '']: read } };
  });
}

/** An OTLP protobuf body in the form of the JSON one, as far as tests look at it. */
export function otlpOf(body: Buffer): Otlp {
  const resourceSpans = new Message(body).all(1).map(group => ({
    resource: { attributes: attributesOf(group.one(1) ?? new Message(Buffer.alloc(0)), 1) },
    scopeSpans: group.all(2).map(scope => ({ spans: scope.all(2).map(spanOf) })),
  }));
  return { resourceSpans };
}

function spanOf(span: Message) {
  return {
    traceId: span.hex(1),
    spanId: span.hex(2),
    parentSpanId: span.hex(4),
    name: span.text(5),
    kind: span.number(6),
    startTimeUnixNano: fixed64(span.number(7)),
    status: { code: span.one(15)?.number(3) ?? 0 },
    attributes: attributesOf(span, 9),
    events: span.all(11).map(event => ({ name: event.text(2), attributes: attributesOf(event, 3) })),
  };
}

// Eight bytes are read as the double they are in attributes; here they are a whole number.
function fixed64(asDouble: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(asDouble);
  return String(bytes.readBigUInt64LE());
}
