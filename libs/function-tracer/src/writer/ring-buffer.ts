import { type EventRecord, Kind } from './record.ts';

const FIELDS = 10;
const CONTROL = { head: 0, tail: 1, owner: 2, isClosing: 3, isDone: 4 } as const;
/** Who empties the buffer. */
export const Owner = { nobody: 0, thread: 1, main: 2 } as const;

// x64 lets no other thread see a store before those that came earlier; an atomic one costs as much as all the rest.
const STORES_IN_ORDER = process.arch === 'x64';

/** What two threads share of a buffer. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
}

/**
 * Bounded memory between the application, which alone writes, and whoever empties it. A record is ten numbers and its
 * text, never split: what does not fit before the end begins at the start again.
 */
export class RingBuffer {
  readonly memory: RingMemory;
  readonly #control: Int32Array;
  readonly #numbers: Float64Array;
  readonly #bytes: Buffer;
  readonly #size: number;
  #head = 0;
  #tail = 0;

  constructor(memory: RingMemory) {
    this.memory = memory;
    this.#control = new Int32Array(memory.control);
    this.#numbers = new Float64Array(memory.data);
    this.#bytes = Buffer.from(memory.data);
    this.#size = this.#numbers.length;
    this.#head = Atomics.load(this.#control, CONTROL.head);
    this.#tail = Atomics.load(this.#control, CONTROL.tail);
  }

  static allocate(bytes: number): RingBuffer {
    const whole = Math.ceil(bytes / 8) * 8;
    return new RingBuffer({ control: new SharedArrayBuffer(32), data: new SharedArrayBuffer(whole) });
  }

  /** Puts a record in, unless that would leave less than `reserve` (a share of the whole) free. */
  write(record: EventRecord, reserve: number): boolean {
    // A UTF-16 unit takes at most three bytes.
    const slots = FIELDS + ((record.text.length * 3 + 7) >> 3);
    const start = this.#claim(slots, Math.floor(this.#size * reserve));
    if (start < 0) return false;
    const textBytes = record.text === '' ? 0 : this.#bytes.write(record.text, (start + FIELDS) * 8);
    const used = FIELDS + ((textBytes + 7) >> 3);
    const numbers = this.#numbers;
    numbers[start] = record.kind;
    numbers[start + 1] = textBytes;
    numbers[start + 2] = record.functionIndex;
    numbers[start + 3] = record.id;
    numbers[start + 4] = record.parentId;
    numbers[start + 5] = record.depth;
    numbers[start + 6] = record.timeMs;
    numbers[start + 7] = record.rootIndex;
    numbers[start + 8] = record.lastedMs;
    numbers[start + 9] = record.suspendedMs;
    this.#publish(start + used);
    return true;
  }

  /** Where `slots` numbers in a row are free, or -1. */
  #claim(slots: number, reserve: number): number {
    if (this.#free() < slots + reserve + 1) this.#tail = Atomics.load(this.#control, CONTROL.tail);
    if (this.#free() < slots + reserve + 1) return -1;
    if (this.#head + slots < this.#size) return this.#head;
    // From the head to the end is too short: leave it and begin anew, if the start is free that far.
    const isStartFree = this.#head >= this.#tail && this.#tail > slots + 1;
    if (!isStartFree) return -1;
    this.#numbers[this.#head] = Kind.pad;
    this.#publish(0);
    return 0;
  }

  #free(): number {
    const used = this.#head - this.#tail;
    return used >= 0 ? this.#size - used : -used;
  }

  #publish(head: number): void {
    this.#head = head;
    if (STORES_IN_ORDER) this.#control[CONTROL.head] = head;
    else Atomics.store(this.#control, CONTROL.head, head);
  }

  /** How much of the memory is taken. */
  get fill(): number {
    this.#tail = Atomics.load(this.#control, CONTROL.tail);
    return 1 - this.#free() / this.#size;
  }

  /** Takes the next record out into `record`; false if there is none. */
  read(record: EventRecord): boolean {
    const head = Atomics.load(this.#control, CONTROL.head);
    if (this.#tail === head) return false;
    if (this.#numbers[this.#tail] === Kind.pad) {
      this.#release(0);
      return this.read(record);
    }
    this.#load(record, this.#tail);
    return true;
  }

  #load(record: EventRecord, start: number): void {
    const numbers = this.#numbers;
    const textBytes = numbers[start + 1] ?? 0;
    record.kind = (numbers[start] ?? 0) as Kind;
    record.functionIndex = numbers[start + 2] ?? 0;
    record.id = numbers[start + 3] ?? 0;
    record.parentId = numbers[start + 4] ?? 0;
    record.depth = numbers[start + 5] ?? 0;
    record.timeMs = numbers[start + 6] ?? 0;
    record.rootIndex = numbers[start + 7] ?? 0;
    record.lastedMs = numbers[start + 8] ?? 0;
    record.suspendedMs = numbers[start + 9] ?? 0;
    const from = (start + FIELDS) * 8;
    record.text = textBytes === 0 ? '' : this.#bytes.toString('utf8', from, from + textBytes);
    this.#release(start + FIELDS + ((textBytes + 7) >> 3));
  }

  #release(tail: number): void {
    this.#tail = tail;
    Atomics.store(this.#control, CONTROL.tail, tail);
  }

  /** Takes over emptying; false if another has it. */
  own(owner: number): boolean {
    if (Atomics.compareExchange(this.#control, CONTROL.owner, Owner.nobody, owner) !== Owner.nobody) return false;
    this.#tail = Atomics.load(this.#control, CONTROL.tail);
    return true;
  }

  /** Wakes the thread that empties. */
  wake(): void {
    Atomics.notify(this.#control, CONTROL.isClosing);
  }

  /** Sleeps until woken, at most so long; true once the buffer is to be closed. */
  sleep(timeoutMs: number): boolean {
    if (Atomics.load(this.#control, CONTROL.isClosing) === 1) return true;
    Atomics.wait(this.#control, CONTROL.isClosing, 0, timeoutMs);
    return Atomics.load(this.#control, CONTROL.isClosing) === 1;
  }

  /** Asks the thread to finish and waits for it; false if it did not within the time. */
  closeAndWait(timeoutMs: number): boolean {
    Atomics.store(this.#control, CONTROL.isClosing, 1);
    this.wake();
    return Atomics.wait(this.#control, CONTROL.isDone, 0, timeoutMs) !== 'timed-out';
  }

  /** Whether the thread has ended. */
  get isDone(): boolean {
    return Atomics.load(this.#control, CONTROL.isDone) === 1;
  }

  reportDone(): void {
    Atomics.store(this.#control, CONTROL.isDone, 1);
    Atomics.notify(this.#control, CONTROL.isDone);
  }
}
