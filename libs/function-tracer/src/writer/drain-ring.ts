import type { EventFormatter } from './event-formatter.ts';
import type { LogFile } from './log-file.ts';
import { emptyRecord } from './record.ts';
import type { RingBuffer } from './ring-buffer.ts';

const BATCH_CHARS = 256 * 1024;

/** Writes everything that is in the buffer, in batches; answers whether there was anything. */
export function drainRing(ring: RingBuffer, formatter: EventFormatter, log: LogFile): boolean {
  const record = emptyRecord();
  let lines = '';
  let hadAny = false;
  while (ring.read(record)) {
    hadAny = true;
    lines += formatter.format(record);
    if (lines.length < BATCH_CHARS) continue;
    log.append(lines);
    lines = '';
  }
  log.append(lines);
  return hadAny;
}
