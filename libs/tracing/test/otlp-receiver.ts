import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { otlpOf } from './otlp-protobuf.ts';

/** A span as it travels in OTLP, with its attributes made a record. */
export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** As JSON has it: nanoseconds in decimal digits. */
  readonly startTimeUnixNano: string;
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

export type Behaviour = 'takes' | 'silent' | { readonly status: number };

/** A real OTLP/HTTP backend that keeps what it gets, and can behave as backends do on bad days. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Every byte of every body, for tests that look for what must not be there. */
  text = '';
  keepsText = true;
  /** In which encodings the spans came. */
  readonly types = new Set<string>();
  readonly credentials = new Set<string | undefined>();
  requests = 0;
  behaviour: Behaviour = 'takes';
  readonly #server = createServer((request, response) => {
    this.#receive(request, response);
  });

  async listen(port = 0): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** The spans once there are enough of them; those there are when the time is over. */
  async waitFor(count: number, limitMs = 8_000): Promise<readonly ReceivedSpan[]> {
    for (const until = Date.now() + limitMs; this.spans.length < count && Date.now() < until;)
      await new Promise(resolve => setTimeout(resolve, 10));
    return this.spans;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    this.credentials.add(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (this.behaviour === 'silent') return;
      if (this.behaviour !== 'takes') {
        response.writeHead(this.behaviour.status, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      const body = Buffer.concat(chunks);
      if (this.keepsText) this.text += body.toString();
      const type = request.headers['content-type'] ?? '';
      if (request.url === '/v1/traces') {
        this.types.add(type);
        this.spans.push(...spansOf(type === 'application/json' ? json(body) : otlpOf(body)));
      }
      response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '');
    });
  }
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpSpan extends Omit<ReceivedSpan, 'attributes' | 'events' | 'service' | 'resource' | 'status'> {
  readonly status: { readonly code?: number };
  readonly attributes: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
}

export interface Otlp {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function json(body: Buffer): Otlp {
  return JSON.parse(body.toString()) as Otlp;
}

function spansOf({ resourceSpans }: Otlp): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const sender = record(resource.attributes);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(span => ({
        ...span,
        service: String(sender['service.name']),
        resource: sender,
        parentSpanId: span.parentSpanId,
        status: span.status.code ?? 0,
        attributes: record(span.attributes),
        events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: record(attributes) })),
      }));
  });
}

function record(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
