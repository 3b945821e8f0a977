import { fstatSync, ftruncateSync, readSync } from 'node:fs';
import { underLock } from './lock-file.ts';
import { LINE_BREAK } from './whole-lines.ts';

const CHUNK_BYTES = 64 * 1024;
const MOMENT_MS = 10;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** A process that was killed in the middle of a write leaves part of a line; nothing could be made of it. */
export function dropUnfinishedLine(descriptor: number, lock: string): void {
  const { size } = fstatSync(descriptor);
  const whole = endOfWholeLines(descriptor, size);
  if (whole === size) return;
  // Another process may be in the middle of writing it, or of dropping it.
  Atomics.wait(PAUSE, 0, 0, MOMENT_MS);
  try {
    underLock(lock, () => {
      if (fstatSync(descriptor).size === size) ftruncateSync(descriptor, whole);
    });
  } catch {
    // Nobody may be kept out, so it stays: another may be writing it.
  }
}

function endOfWholeLines(descriptor: number, size: number): number {
  const chunk = Buffer.alloc(Math.min(size, CHUNK_BYTES));
  for (let end = size; end > 0; end -= chunk.length) {
    const start = Math.max(0, end - chunk.length);
    const bytes = readSync(descriptor, chunk, 0, end - start, start);
    const last = chunk.subarray(0, bytes).lastIndexOf(LINE_BREAK);
    if (last >= 0) return start + last + 1;
  }
  return 0;
}
