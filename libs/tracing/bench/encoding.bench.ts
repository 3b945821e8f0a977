// A batch of server spans written by this library's encoder and by OpenTelemetry's serialisers, in turn: CPU per span, and bytes.
//
//     node --conditions=@tracelab/source bench/encoding.bench.ts [rounds]
import { SpanKind } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { TraceEncoder } from '../src/export/trace-encoder.ts';

const rounds = Number(process.argv[2] ?? 40);
const batchesPerRound = 20;
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const tracer = provider.getTracer('@tracelab/tracing');
for (let i = 0; i < 512; i++) {
  const attributes = {
    'http.request.method': 'GET',
    'url.path': `/hello/${i}`,
    'url.scheme': 'http',
    'client.address': '127.0.0.1',
    'http.route': '/hello/:id',
    'user_agent.original': 'undici',
    'http.response.status_code': 200,
  };
  tracer.startSpan('GET /hello/:id', { kind: SpanKind.SERVER, attributes }).end();
}
const spans = exporter.getFinishedSpans();

const encoder = new TraceEncoder();
const cases = {
  'this library, protobuf': () => encoder.serializeRequest(spans.map(span => encoder.pack(span))),
  'OpenTelemetry, protobuf': () => ProtobufTraceSerializer.serializeRequest(spans),
  'OpenTelemetry, JSON': () => JsonTraceSerializer.serializeRequest(spans),
};
const measured = new Map<string, number[]>(Object.keys(cases).map(name => [name, []]));
for (let round = -5; round < rounds; round++) {
  for (const [name, serialize] of Object.entries(cases)) {
    const before = process.cpuUsage();
    for (let i = 0; i < batchesPerRound; i++) serialize();
    const { user, system } = process.cpuUsage(before);
    // The first rounds are for the compiler.
    if (round >= 0) measured.get(name)?.push((user + system) / batchesPerRound / spans.length);
  }
}
process.stdout.write('| encoding | median, µs per span | least | bytes per span |\n| --- | ---: | ---: | ---: |\n');
for (const [name, serialize] of Object.entries(cases)) {
  const sorted = measured.get(name)?.toSorted((a, b) => a - b) ?? [];
  const median = sorted[sorted.length >> 1]?.toFixed(2) ?? '';
  const bytes = ((serialize()?.length ?? NaN) / spans.length).toFixed(0);
  process.stdout.write(`| ${name} | ${median} | ${sorted[0]?.toFixed(2) ?? ''} | ${bytes} |\n`);
}
