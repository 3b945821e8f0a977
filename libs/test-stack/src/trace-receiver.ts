import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OtlpTraces, type Span, spansFromOtlp, type Trace, traceTree } from '@tracelab/trace-model';

/** A trace backend that keeps what services send it over OTLP/HTTP JSON, for a test to read. */
export class TraceReceiver {
  readonly #server: Server;
  readonly #spans = new Map<string, Span[]>();
  readonly #bodies: string[] | undefined;

  private constructor(keepsBodies: boolean) {
    this.#bodies = keepsBodies ? [] : undefined;
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async start({ keepsBodies = false } = {}): Promise<TraceReceiver> {
    const receiver = new TraceReceiver(keepsBodies);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings that make a service send its spans here, soon. */
  get settings(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
  }

  /** Everything that was sent here, as it came; only where it is kept. */
  get received(): string {
    return this.#bodies?.join('\n') ?? '';
  }

  /** The trace, once it has one whole root and nothing more has come for a while. */
  async trace(traceId: string, limitMs = 15_000): Promise<Trace> {
    const end = performance.now() + limitMs;
    for (let seen = -1; ;) {
      const trace = traceTree(this.#spans.get(traceId) ?? []);
      const isWhole = trace.roots.length === 1 && trace.roots[0]?.isOrphan === false;
      if (isWhole && trace.nodes.length === seen) return trace;
      if (performance.now() > end)
        throw new Error(`trace ${traceId} did not become whole: ${trace.nodes.length} spans`);
      seen = trace.nodes.length;
      await sleep(400);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    this.#bodies?.push(body);
    if (request.url === '/v1/traces') this.#keep(spansFromOtlp(JSON.parse(body) as OtlpTraces));
    response.setHeader('content-type', 'application/json').end('{}');
  }

  #keep(spans: readonly Span[]): void {
    for (const span of spans) {
      const others = this.#spans.get(span.traceId);
      if (others) others.push(span);
      else this.#spans.set(span.traceId, [span]);
    }
  }
}
