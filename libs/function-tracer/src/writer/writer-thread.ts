// The thread that empties the ring buffer into the log while the application runs.
import { parentPort, workerData } from 'node:worker_threads';
import { drainRing } from './drain-ring.ts';
import { EventFormatter } from './event-formatter.ts';
import { LogFile } from './log-file.ts';
import { Owner, RingBuffer, type RingMemory } from './ring-buffer.ts';
import { segmentsFor, type SinkOptions } from './sink-options.ts';

export interface WriterThreadData {
  readonly mark: string;
  readonly memory: RingMemory;
  readonly options: SinkOptions;
}

// To wake up costs as much as to write twenty lines, and no program should pay it forty times a second. A buffer that
// fills up wakes the thread before.
const SHORTEST_SLEEP_MS = 100;
const LONGEST_SLEEP_MS = 200;

const { memory, options } = workerData as WriterThreadData;
const ring = new RingBuffer(memory);
if (ring.own(Owner.thread)) emptyUntilClosed();

function emptyUntilClosed(): void {
  try {
    const log = new LogFile(options.log, tellApplication);
    const formatter = new EventFormatter(options.format, segmentsFor(options));
    let sleepMs = SHORTEST_SLEEP_MS;
    while (!ring.sleep(sleepMs))
      sleepMs = drainRing(ring, formatter, log) ? SHORTEST_SLEEP_MS : Math.min(sleepMs * 2, LONGEST_SLEEP_MS);
    drainRing(ring, formatter, log);
    log.close();
  } finally {
    ring.reportDone();
  }
}

/** A warning waits for the event loop, to which this thread does not come back. */
function tellApplication(message: string): void {
  parentPort?.postMessage(message);
}
