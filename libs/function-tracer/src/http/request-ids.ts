import { randomUUID } from 'node:crypto';

const FIRST_DIGITS = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));
let others = '';
let used = FIRST_DIGITS.length;

/** A UUID of version 4. 256 of them share all digits but the first two: each of its own would cost five times as much. */
export function nextRequestId(): string {
  if (used === FIRST_DIGITS.length) {
    others = randomUUID().slice(2);
    used = 0;
  }
  return `${FIRST_DIGITS[used++] ?? ''}${others}`;
}
