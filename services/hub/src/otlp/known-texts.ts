const SLOTS = 1024;
/** Longer texts seldom repeat, and decoding them in one call is the quicker way. */
const MAX_LENGTH = 32;

/**
 * Remembers short texts that were decoded last. Telemetry says the same few keys and values over and over; comparing
 * bytes costs less than a call out of JavaScript, and one string for all of them less than one each.
 */
export class KnownTexts {
  readonly #texts = new Array<string>(SLOTS).fill('');

  /** The UTF-8 text between two places. */
  text(bytes: Buffer, from: number, end: number): string {
    const length = end - from;
    if (length === 0) return '';
    if (length > MAX_LENGTH) return bytes.toString('utf8', from, end);
    const slot = slotOf(bytes, from, length);
    const known = this.#texts[slot] as string;
    if (known.length === length && isAt(known, bytes, from)) return known;
    const text = bytes.toString('utf8', from, end);
    this.#texts[slot] = text;
    return text;
  }
}

function slotOf(bytes: Buffer, from: number, length: number): number {
  const first = bytes[from] as number;
  const middle = bytes[from + (length >>> 1)] as number;
  const last = bytes[from + length - 1] as number;
  return (
    ((((length * 31 + first) * 31 + middle) * 31 + last) * 31 + (bytes[from + (length >>> 2)] as number)) & (SLOTS - 1)
  );
}

// A text with other than ASCII is longer in bytes than in characters, or differs in them: it is decoded each time.
function isAt(text: string, bytes: Buffer, from: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[from + at]) return false;
  return true;
}
