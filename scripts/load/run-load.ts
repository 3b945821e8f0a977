import { Sender } from '../sending/sender.ts';
import { ClosedLoop } from './closed-loop.ts';
import { Collector } from './collector.ts';
import type { LoadMix } from './load-mix.ts';
import { OpenLoop } from './open-loop.ts';
import type { Settings } from './report.ts';

/** What a run gathered. */
export interface LoadRun {
  readonly collector: Collector;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly isComplete: boolean;
}

export interface LoadWatcher {
  /** Stops the run; what was done until then is told. */
  readonly signal: AbortSignal;
  /** Counting starts, after any warm-up. */
  readonly onStart?: (collector: Collector) => void;
}

/** Sends the load: first the warm-up, which counts for nothing, then the run. */
export async function runLoad(settings: Settings, mix: LoadMix, { signal, onStart }: LoadWatcher): Promise<LoadRun> {
  const sender = new Sender({
    url: settings.url,
    timeoutMs: settings.timeoutS * 1_000,
    maxConnections: settings.users,
  });
  const close = () => {
    sender.close();
  };
  signal.addEventListener('abort', close);
  try {
    if (settings.warmupS > 0) {
      const warmUp = { ...settings, durationS: settings.warmupS, requests: Number.MAX_SAFE_INTEGER, rampUpS: 0 };
      await loopOf(warmUp, mix, sender).run(new Collector(performance.now()), signal);
    }
    const startedAt = new Date();
    const collector = new Collector(performance.now());
    onStart?.(collector);
    await loopOf(settings, mix, sender).run(collector, signal);
    collector.finish();
    return { collector, startedAt, durationMs: performance.now() - collector.startMs, isComplete: !signal.aborted };
  } finally {
    signal.removeEventListener('abort', close);
    sender.close();
  }
}

function loopOf(settings: Settings, mix: LoadMix, sender: Sender): ClosedLoop | OpenLoop {
  const { ratePerSecond, durationS, thinkS, seed } = settings;
  const durationMs = durationS === null ? Infinity : durationS * 1_000;
  if (ratePerSecond !== null) {
    return new OpenLoop(sender, mix, {
      perSecond: ratePerSecond,
      durationMs,
      drainMs: settings.timeoutS * 1_000,
      seed,
    });
  }
  return new ClosedLoop(sender, mix, {
    count: settings.users,
    requestsEach: settings.requests,
    durationMs,
    rampUpMs: settings.rampUpS * 1_000,
    thinkMs: [thinkS[0] * 1_000, thinkS[1] * 1_000],
    seed,
  });
}
