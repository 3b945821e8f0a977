import { Pool } from 'undici';

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
  /** Gets the milliseconds of each answer. */
  readonly latencies?: number[];
}

/** Sends `perSecond` requests for `seconds`, whatever the answers take; resolves when all are answered. */
export async function fixedRate(url: string, path: string, load: Load): Promise<number> {
  const pool = new Pool(url, { connections: 32 });
  const total = load.perSecond * load.seconds;
  const startedAtMs = performance.now();
  let sent = 0;
  const answers: Promise<void>[] = [];
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAtMs) / 1e3) * load.perSecond));
    for (; sent < due; sent++) answers.push(answerOf(pool, path, load.latencies));
    await stayAwake(2);
  }
  await Promise.all(answers);
  await pool.close();
  return sent;
}

// Whoever answers a sleeper pays for waking it, several microseconds on a virtual machine; and the slower the server, the more
// often this process would be asleep by then. So it never sleeps, and no set-up pays.
async function stayAwake(ms: number): Promise<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) await new Promise(resolve => setImmediate(resolve));
}

async function answerOf(pool: Pool, path: string, latencies?: number[]): Promise<void> {
  const startedAtMs = performance.now();
  const { statusCode, body } = await pool.request({ path, method: 'GET' });
  await body.dump();
  latencies?.push(performance.now() - startedAtMs);
  if (statusCode !== 200) throw new Error(`The server answered ${statusCode}`);
}
