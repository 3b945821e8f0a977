// What one exported server span adds to a request, on a machine that does other things: two Fastify servers in one process, one traced,
// asked in turn in slices of some milliseconds, so that both sides suffer the same neighbours. Export over HTTP included.
//
//     node --conditions=@tracelab/source bench/server-span.bench.ts [slices]
import { fork } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { Pool } from 'undici';
import { startTracing } from '@tracelab/tracing';
import { registerServerSpans } from '@tracelab/tracing/fastify';
import { OtlpReceiver } from '../test/otlp-receiver.ts';

const requestsPerSlice = 512;

// The backend is a process of its own: reading the spans is not the traced application's work.
if (process.send !== undefined) {
  const backend = await new OtlpReceiver().listen();
  backend.keepsText = false;
  process.on('message', () => process.send?.({ spans: backend.spans.length }));
  process.on('disconnect', () => process.exit());
  process.send({ url: backend.baseUrl });
} else {
  await compare(Number(process.argv[2] ?? 60));
}

interface Side {
  readonly pool: Pool;
  readonly cpuUs: number[];
}

async function compare(slices: number): Promise<void> {
  const backend = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
  const { url } = await new Promise<{ url: string }>(resolve => {
    backend.once('message', message => {
      resolve(message as { url: string });
    });
  });
  const tracing = startTracing({
    serviceName: 'bench',
    endpoint: `${url}/v1/traces`,
    clients: [],
    handlesProcessEnd: false,
  });
  const plain = await serve(false);
  const traced = await serve(true);
  for (let slice = -30; slice < slices; slice++) {
    // Each goes first half of the time.
    const order = slice % 2 === 0 ? [plain, traced] : [traced, plain];
    for (const side of order) {
      const cpuUs = await measure(side, () => tracing.flush());
      // The first thirty are for the compiler.
      if (slice >= 0) side.cpuUs.push(cpuUs);
    }
  }
  const differences = traced.cpuUs.map((us, i) => us - (plain.cpuUs[i] ?? NaN)).toSorted((a, b) => a - b);
  const at = (quantile: number) => (differences[Math.floor(quantile * (differences.length - 1))] ?? NaN).toFixed(1);
  process.stdout.write(
    `added by one server span, exported: median ${at(0.5)} µs (quartiles ${at(0.25)} to ${at(0.75)})\n`,
  );
  process.stdout.write(`${JSON.stringify(tracing.stats())}\n`);
  backend.disconnect();
  process.exit();
}

async function serve(isTraced: boolean): Promise<Side> {
  const app = Fastify();
  if (isTraced) registerServerSpans(app);
  app.get<{ Params: { id: string } }>('/hello/:id', ({ params: { id } }) => ({ id, hello: 'world' }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { pool: new Pool(`http://127.0.0.1:${port}`, { connections: 8 }), cpuUs: [] };
}

async function measure({ pool }: Side, flush: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let sent = 0; sent < requestsPerSlice; sent += 16) {
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        const { body } = await pool.request({ path: '/hello/1', method: 'GET' });
        await body.dump();
      }),
    );
  }
  await flush();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requestsPerSlice;
}
