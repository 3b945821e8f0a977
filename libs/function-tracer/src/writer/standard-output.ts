import { writeSync } from 'node:fs';
import { now } from '../runtime/clock.ts';
import { wholeLines } from './whole-lines.ts';

const STDOUT = 1;
// A pipe takes so many bytes whole or not at all: no line of the application's comes between.
const PIPE_ATOMIC_BYTES = 4096;
// Much less than the wait for the writer's thread at the end: what is left then must still come into the file.
const PATIENCE_MS = 1_000;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Standard output, which may be a pipe that is read slowly, or no longer: what it cannot take is given up. */
export class StandardOutput {
  #isGivenUp = false;

  write(lines: Buffer): void {
    if (this.#isGivenUp) return;
    try {
      for (const part of wholeLines(lines, PIPE_ATOMIC_BYTES)) writePatiently(part);
    } catch {
      this.#isGivenUp = true;
    }
  }
}

function writePatiently(bytes: Buffer): void {
  let deadline = now() + PATIENCE_MS;
  for (let offset = 0; offset < bytes.length;) {
    const written = writeSome(bytes, offset);
    if (written > 0) deadline = now() + PATIENCE_MS;
    else Atomics.wait(PAUSE, 0, 0, 1);
    if (now() > deadline) throw new StandardOutputUnread();
    offset += written;
  }
}

/** Nobody has read for a while. */
class StandardOutputUnread extends Error {
  readonly code = 'StandardOutputUnread';
}

/** A full pipe that does not block takes nothing for now. */
function writeSome(bytes: Buffer, offset: number): number {
  try {
    return writeSync(STDOUT, bytes, offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
