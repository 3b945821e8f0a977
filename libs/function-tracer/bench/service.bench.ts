// What tracing adds to a service under load: CPU per request of examples' Express API, plain and traced with the
// default settings, both under the same requests at the same time, so that neither rests while the other works. The
// generator does as little as it can for a request, and never sleeps: to wake it is work that falls to the servers, and
// most of it to the one that answers later.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMsOf } from '../../tracing/bench/process-cpu.ts';

const GENERATIONS = 5;
const ROUNDS = 10;
const WARM_UP_ROUNDS = 10;
const NAMES = ['plain', 'traced'] as const;
const REQUESTS = 3_000;
const CONCURRENCY = 40;
const EXAMPLE = new URL('../../../examples/express-crud/', import.meta.url);

type Side = (typeof NAMES)[number];

interface Running {
  readonly child: ChildProcess;
  readonly connections: readonly Connection[];
}

/** A connection kept alive that has one request under way at a time. */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #answered: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay();
    this.#socket.on('data', chunk => {
      this.#received += chunk.toString('latin1');
      if (!isWhole(this.#received)) return;
      this.#received = '';
      this.#answered();
    });
  }

  ask(request: string): Promise<void> {
    return new Promise(resolve => {
      this.#answered = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function isWhole(response: string): boolean {
  const head = response.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(response)?.[1];
  return head >= 0 && response.length >= head + 4 + Number(length);
}

const folder = mkdtempSync(join(tmpdir(), 'service-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true });
});

async function start(isTraced: boolean): Promise<Running> {
  const entry = isTraced ? '@tracelab/function-tracer/register' : 'data:text/javascript,';
  const child = spawn(process.execPath, ['--conditions=@tracelab/source', '--import', entry, 'src/main.ts'], {
    cwd: fileURLToPath(EXAMPLE),
    env: { ...process.env, PORT: '0', FLOWTRACE_LOGFILE: join(folder, 'flow.jsonl') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(/(\d+)\s*$/.exec(line.toString().trim())?.[1]);
  return { child, connections: Array.from({ length: CONCURRENCY }, () => new Connection(port)) };
}

const HEAD = 'HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const GET = `GET /products/1 ${HEAD}\r\n`;
const BOOK = '{"name":"book","priceCents":900}';
const POST = `POST /products ${HEAD}Content-Length: ${BOOK.length}\r\n\r\n${BOOK}`;

async function load({ connections }: Running): Promise<void> {
  let next = 0;
  const worker = async (connection: Connection) => {
    while (next++ < REQUESTS) await connection.ask(GET);
  };
  await Promise.all(connections.map(worker));
}

let isSleepless = true;
function stayAwake(): void {
  if (isSleepless) setImmediate(stayAwake);
}

const used: Record<Side, number[]> = { plain: [], traced: [] };

async function measure(sides: Readonly<Record<Side, Running>>): Promise<void> {
  for (const { connections } of Object.values(sides)) await connections[0]?.ask(POST);
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const before = { plain: cpuMsOf(sides.plain.child.pid), traced: cpuMsOf(sides.traced.child.pid) };
    // Whoever is asked first finds a machine at rest; each is as often.
    const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
    await Promise.all(order.map(side => load(sides[side])));
    if (round < WARM_UP_ROUNDS) continue;
    for (const side of NAMES) used[side].push(((cpuMsOf(sides[side].child.pid) - before[side]) * 1000) / REQUESTS);
  }
}

stayAwake();
// What the compiler makes of the same code differs by several microseconds a request from process to process.
for (let generation = 0; generation < GENERATIONS; generation++) {
  const sides = { plain: await start(false), traced: await start(true) };
  await measure(sides);
  for (const { child, connections } of Object.values(sides)) {
    for (const connection of connections) connection.close();
    child.kill('SIGTERM');
  }
  const latest = NAMES.map(side => `${side} ${median(used[side].slice(-ROUNDS)).toFixed(1)}`);
  process.stderr.write(`generation ${generation + 1}: ${latest.join(', ')} µs\n`);
}
isSleepless = false;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
const [plain, traced] = [median(used.plain), median(used.traced)];
const added = median(used.plain.map((perRequest, round) => (used.traced[round] ?? NaN) / perRequest - 1));
process.stdout.write(
  `plain ${plain.toFixed(0)} µs of CPU a request, traced ${traced.toFixed(0)} µs: +${(added * 100).toFixed(1)} %\n`,
);
