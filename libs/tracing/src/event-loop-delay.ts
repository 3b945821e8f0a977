import type { Meter } from '@opentelemetry/api';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

// Each look wakes an idle process, for a tenth of a millisecond: at Node's own ten, a hundred times a second, that is a hundredth of a
// processor. A longer interval misses some short delays, and takes none of them for longer or shorter than they are.
const INTERVAL_MS = 100;
const INTERVAL_NS = INTERVAL_MS * 1e6;

type Delays = Pick<ReturnType<typeof monitorEventLoopDelay>, 'min' | 'max' | 'mean' | 'stddev' | 'percentile'>;

const shown: readonly (readonly [name: string, of: (delays: Delays, first: number) => number])[] = [
  ['min', delays => delays.min - INTERVAL_NS],
  ['max', (delays, first) => Math.max(first, delays.max - INTERVAL_NS)],
  ['mean', delays => delays.mean - INTERVAL_NS],
  ['stddev', delays => delays.stddev],
  ['p50', delays => delays.percentile(50) - INTERVAL_NS],
  ['p90', delays => delays.percentile(90) - INTERVAL_NS],
  ['p99', delays => delays.percentile(99) - INTERVAL_NS],
];

/**
 * How much later than it should the event loop comes to a timer, since the last look at the metrics: 0 where nothing holds it
 * up. Node's figures, and with them those of the stock instrumentation, have the interval itself in them,
 * and nothing of what comes soon after a look. Returns how to stop it.
 */
export function observeEventLoopDelay(meter: Meter): () => void {
  const delays = monitorEventLoopDelay({ resolution: INTERVAL_MS });
  delays.enable();
  let first = new FirstDelay();
  const figures = shown.map(([name, of]) => {
    const description = `Event loop delay since the last look, ${name}.`;
    return { gauge: meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { description, unit: 's' }), of };
  });
  meter.addBatchObservableCallback(
    result => {
      const { ns } = first;
      if (delays.count === 0 && ns === undefined) return;
      const all = delays.count === 0 ? only(ns ?? 0) : delays;
      // A timer may come a little early.
      for (const { gauge, of } of figures) result.observe(gauge, Math.max(0, of(all, ns ?? 0)) / 1e9);
      delays.reset();
      first.forget();
      first = new FirstDelay();
    },
    figures.map(({ gauge }) => gauge),
  );
  return () => {
    delays.disable();
    first.forget();
  };
}

function only(ns: number): Delays {
  const value = ns + INTERVAL_NS;
  return { min: value, max: value, mean: value, stddev: 0, percentile: () => value };
}

/** The delay in the first interval, which Node's figures have not: whenever they are reset, they forget when they last looked. */
class FirstDelay {
  ns: number | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    const dueAtMs = performance.now() + INTERVAL_MS;
    this.#timer = setTimeout(() => {
      this.ns = Math.max(0, performance.now() - dueAtMs) * 1e6;
    }, INTERVAL_MS).unref();
  }

  forget(): void {
    clearTimeout(this.#timer);
  }
}
