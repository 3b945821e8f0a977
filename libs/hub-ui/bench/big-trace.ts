import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const SERVICES = ['gateway', 'user', 'order', 'payment', 'search', 'mail'];
const STEPS = ['SELECT orders', 'GET /items/{id}', 'cache get', 'render line', 'validate'];
const BATCH = 5000;
const MS = 1_000_000n;

/** Sends one trace of that many spans to an OTLP address, as six services would: in batches, six attributes on each. */
export async function sendBigTrace(otlpUrl: string, spanCount: number): Promise<string> {
  const traceId = randomBytes(16).toString('hex');
  const ids = Array.from({ length: spanCount }, (_, at) => (at + 1).toString(16).padStart(16, '0'));
  const startNs = BigInt(Date.now()) * MS - 60_000n * MS;
  for (let from = 0; from < spanCount; from += BATCH) {
    const spans = ids.slice(from, from + BATCH).map((spanId, i) => spanAt(from + i, { traceId, spanId, ids, startNs }));
    const byService = Map.groupBy(spans, ({ service }) => service);
    const resourceSpans = [...byService].map(([service, own]) => ({
      resource: { attributes: [attribute('service.name', service)] },
      scopeSpans: [{ scope: { name: 'bench' }, spans: own.map(({ span }) => span) }],
    }));
    await post(otlpUrl, { resourceSpans });
  }
  return traceId;
}

/** Sends that many traces of two spans each. */
export async function sendSmallTraces(otlpUrl: string, traceCount: number): Promise<void> {
  const startNs = BigInt(Date.now()) * MS - 3_600_000n * MS;
  for (let from = 0; from < traceCount; from += BATCH) {
    const spans = Array.from({ length: Math.min(BATCH, traceCount - from) }, (_, i) => {
      const at = from + i;
      const times = timesOf(startNs + BigInt(at) * 300n * MS, 5 + ((at * 7919) % 900));
      return {
        traceId: randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        name: `GET /items/${at % 20}`,
        kind: 2,
        ...times,
      };
    });
    await post(otlpUrl, {
      resourceSpans: [{ resource: { attributes: [attribute('service.name', 'gateway')] }, scopeSpans: [{ spans }] }],
    });
  }
}

interface Place {
  readonly traceId: string;
  readonly spanId: string;
  readonly ids: readonly string[];
  readonly startNs: bigint;
}

// A tree eight wide, so that it is deep and broad at once; names vary, so that few siblings fold.
function spanAt(at: number, { traceId, spanId, ids, startNs }: Place) {
  const parent = at === 0 ? undefined : Math.floor((at - 1) / 8);
  const service = SERVICES[Math.floor(Math.log2(at + 1)) % SERVICES.length] ?? 'gateway';
  const name = `${STEPS[at % STEPS.length] ?? 'step'} ${at % 8}`;
  const depth = Math.floor(Math.log(at * 7 + 1) / Math.log(8));
  const durationMs = Math.max(1, 30_000 / 4 ** depth);
  const offsetMs = ((at * 7919) % 1000) * 25 + depth;
  const span = {
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: ids[parent] }),
    name,
    kind: 1 + (at % 3),
    // Clocks count nanoseconds, so hardly two spans start at once.
    ...timesOf(startNs + BigInt(Math.round(offsetMs)) * MS + BigInt(at), durationMs),
    attributes: [
      attribute('db.system.name', 'postgresql'),
      attribute('db.query.text', `SELECT * FROM orders WHERE id = $1 /* ${at % 500} */`),
      attribute('code.function.name', `OrderService.load${at % 40}`),
      attribute('order.id', String(at)),
      attribute('server.address', '127.0.0.1'),
      attribute('thread.name', `worker-${at % 8}`),
    ],
    ...(at % 997 === 0 && { status: { code: 2, message: 'deadlock detected' } }),
  };
  return { service, span };
}

const timesOf = (startNs: bigint, durationMs: number) => ({
  startTimeUnixNano: startNs.toString(),
  endTimeUnixNano: (startNs + BigInt(Math.round(durationMs * 1e6))).toString(),
});

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

const TRIES = 60;

// The hub says when it is busy; a sender waits and sends again.
async function post(otlpUrl: string, payload: unknown): Promise<void> {
  const body = gzipSync(JSON.stringify(payload));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  for (let tries = 0; tries < TRIES; tries++) {
    const response = await fetch(otlpUrl, { method: 'POST', headers, body });
    if (response.ok) return;
    const words = await response.text();
    if (response.status !== 503) throw new Error(`The hub refused the batch: ${response.status} ${words}`);
    await sleep(500);
  }
  throw new Error('The hub stayed busy.');
}
