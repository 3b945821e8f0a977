import { ProtobufWriter } from '../src/otlp/protobuf-writer.ts';

interface SpanPlace {
  readonly traceIdAt: number;
  readonly spanIdAt: number;
  readonly parentIdAt: number;
  readonly startAt: number;
  readonly endAt: number;
}

const SERVICES = ['gateway', 'user', 'order', 'payment', 'inventory', 'mail', 'search', 'cart', 'auth', 'report'];
const ROUTES = ['/users/:id', '/orders', '/orders/:id', '/payments', '/search', '/cart', '/login', '/report'];

/**
 * One request's worth of traces, encoded once; sending it again only writes new ids and times into the bytes, so that
 * the sender takes little from the processor that it shares with the hub. One service per request, as a process sends.
 */
export class TraceTemplate {
  readonly bytes: Buffer;
  readonly spanCount: number;
  readonly service: string;
  readonly #spansPerTrace: number;
  readonly #places: readonly SpanPlace[];

  constructor({ traceCount, spansPerTrace, seed }: { traceCount: number; spansPerTrace: number; seed: number }) {
    this.spanCount = traceCount * spansPerTrace;
    this.service = SERVICES[seed % SERVICES.length] ?? '';
    this.#spansPerTrace = spansPerTrace;
    const writer = new ProtobufWriter();
    const resourceSpans = writer.open(1);
    const resource = writer.open(1);
    for (const [key, value] of [
      ['service.name', this.service],
      ['service.version', '1.0.0'],
      ['host.name', 'bench'],
      ['telemetry.sdk.language', 'nodejs'],
    ] as const) {
      writeText(writer, 1, [key, value]);
    }
    writer.close(resource);
    const scopeSpans = writer.open(2);
    for (let index = 0; index < this.spanCount; index++) writeSpan(writer, index, { spansPerTrace, seed });
    writer.close(scopeSpans);
    writer.close(resourceSpans);
    this.bytes = Buffer.from(writer.finish());
    this.#places = findPlaces(this.bytes, this.spanCount);
  }

  /** New ids, and times that end now. Returns the last trace id. */
  stamp(nowNs: bigint): string {
    const { bytes } = this;
    let traceId: Buffer = Buffer.alloc(0);
    let rootId: Buffer = Buffer.alloc(0);
    this.#places.forEach((place, index) => {
      const isRoot = index % this.#spansPerTrace === 0;
      if (isRoot) traceId = randomBytes(16);
      const spanId = randomBytes(8);
      if (isRoot) rootId = spanId;
      traceId.copy(bytes, place.traceIdAt);
      spanId.copy(bytes, place.spanIdAt);
      if (!isRoot) rootId.copy(bytes, place.parentIdAt);
      // Mostly a few milliseconds, now and then much longer.
      const durationNs = 1_000_000 + Math.floor(Math.random() ** 6 * 2_000_000_000);
      bytes.writeBigUInt64LE(nowNs - BigInt(durationNs), place.startAt);
      bytes.writeBigUInt64LE(nowNs, place.endAt);
    });
    return traceId.toString('hex');
  }
}

function writeText(writer: ProtobufWriter, field: number, [key, value]: readonly [string, string]): void {
  const attribute = writer.open(field);
  writer.text(1, key);
  const inner = writer.open(2);
  writer.text(1, value);
  writer.close(inner);
  writer.close(attribute);
}

function writeInt(writer: ProtobufWriter, field: number, [key, value]: readonly [string, number]): void {
  const attribute = writer.open(field);
  writer.text(1, key);
  const inner = writer.open(2);
  writer.int64(3, BigInt(value));
  writer.close(inner);
  writer.close(attribute);
}

function writeSpan(
  writer: ProtobufWriter,
  index: number,
  { spansPerTrace, seed }: { spansPerTrace: number; seed: number },
): void {
  const step = index % spansPerTrace;
  const mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  const pick = (limit: number, shift: number) => (mixed >>> shift) % limit;
  const route = ROUTES[(step + seed) % ROUTES.length] ?? '';
  const span = writer.open(2);
  writer.raw(1, MARK_TRACE);
  writer.raw(2, MARK_SPAN);
  if (step > 0) writer.raw(4, MARK_SPAN);
  writer.text(5, step === 0 ? `GET ${route}` : step % 3 === 0 ? 'pg.query SELECT' : `step ${step}`);
  writer.count(6, step === 0 ? 2 : step % 3 === 0 ? 3 : 1);
  writer.fixed64(7, MARK_TIME);
  writer.fixed64(8, MARK_TIME);
  writeText(writer, 9, ['http.request.method', 'GET']);
  writeText(writer, 9, ['http.route', route]);
  writeInt(writer, 9, ['http.response.status_code', pick(20, 3) === 0 ? 500 : 200]);
  writeText(writer, 9, ['url.path', `${route}/${pick(1000, 2)}`]);
  writeText(writer, 9, ['user_id', String(pick(1000, 5))]);
  writeText(writer, 9, ['code.function.name', `Controller.handle${step}`]);
  writeText(writer, 9, ['net.peer.address', `10.0.${pick(4, 9)}.${pick(250, 11)}`]);
  writeInt(writer, 9, ['thread.id', pick(8, 13)]);
  if (pick(20, 3) === 0) {
    const status = writer.open(15);
    writer.count(3, 2);
    writer.close(status);
  }
  writer.close(span);
}

const MARK_TRACE = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const MARK_SPAN = Buffer.from('0123456789abcdef', 'hex');
const MARK_TIME = 0x1122334455667788n;

function findPlaces(bytes: Buffer, spanCount: number): SpanPlace[] {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(MARK_TIME);
  const places: SpanPlace[] = [];
  let traceIdAt = bytes.indexOf(MARK_TRACE);
  for (let index = 0; index < spanCount; index++) {
    const spanIdAt = bytes.indexOf(MARK_SPAN, traceIdAt);
    const startAt = bytes.indexOf(time, spanIdAt);
    const parentIdAt = bytes.subarray(0, startAt).indexOf(MARK_SPAN, spanIdAt + 1);
    places.push({ traceIdAt, spanIdAt, parentIdAt, startAt, endAt: bytes.indexOf(time, startAt + 8) });
    traceIdAt = bytes.indexOf(MARK_TRACE, startAt);
  }
  return places;
}

// Ids need be different only; one call for many bytes costs less than one each.
let pool = Buffer.alloc(0);
let used = 0;

function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    pool = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}
