import type { Meter } from '@opentelemetry/api';
import { monitorEventLoopDelay } from 'node:perf_hooks';

// Each look wakes an idle process, for a tenth of a millisecond: at Node's own ten, a hundred times a second, that is a hundredth of a
// processor. A longer interval misses some short delays, and takes none of them for longer or shorter than they are.
const INTERVAL_MS = 100;
const INTERVAL_NS = INTERVAL_MS * 1e6;

type Delays = ReturnType<typeof monitorEventLoopDelay>;

const shown: readonly (readonly [name: string, of: (delays: Delays) => number])[] = [
  ['min', delays => delays.min - INTERVAL_NS],
  ['max', delays => delays.max - INTERVAL_NS],
  ['mean', delays => delays.mean - INTERVAL_NS],
  ['stddev', delays => delays.stddev],
  ['p50', delays => delays.percentile(50) - INTERVAL_NS],
  ['p90', delays => delays.percentile(90) - INTERVAL_NS],
  ['p99', delays => delays.percentile(99) - INTERVAL_NS],
];

/**
 * How much later than it should the event loop comes to a timer, since the last look at the metrics: 0 where nothing holds it
 * up. Node's figures, and with them those of the stock instrumentation, have the interval itself in them. Returns how to stop it.
 */
export function observeEventLoopDelay(meter: Meter): () => void {
  const delays = monitorEventLoopDelay({ resolution: INTERVAL_MS });
  delays.enable();
  const figures = shown.map(([name, of]) => {
    const description = `Event loop delay since the last look, ${name}.`;
    return { gauge: meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { description, unit: 's' }), of };
  });
  meter.addBatchObservableCallback(
    result => {
      if (delays.count === 0) return;
      // A timer may come a little early.
      for (const { gauge, of } of figures) result.observe(gauge, Math.max(0, of(delays)) / 1e9);
      delays.reset();
    },
    figures.map(({ gauge }) => gauge),
  );
  return () => {
    delays.disable();
  };
}
