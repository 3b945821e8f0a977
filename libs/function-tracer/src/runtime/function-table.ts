/** A traced function as the runtime knows it. */
export interface FunctionEntry {
  readonly index: number;
  /** What its code calls it. */
  readonly number: number;
  readonly module: string;
  /** The class or object of a method; a plain function belongs to its module. */
  readonly owner: string | undefined;
  readonly name: string;
  readonly line: number;
  readonly isAsync: boolean;
  enabled: boolean;
  /** Calls are counted, not written, while the function is hot and tiny. */
  isAggregated: boolean;
  calls: number;
  /** Calls, microseconds and time of the window in which hotness is judged, or since the last summary. */
  windowCalls: number;
  windowMicros: number;
  windowStartedMs: number;
}

export interface FunctionDescription {
  readonly module: string;
  readonly owner: string | undefined;
  readonly name: string;
  readonly line: number;
  readonly isAsync: boolean;
}

/**
 * The least number that a worker gives: one that comes with a function's text from the main thread, or goes to it, must
 * be nobody's there. Workers number alike, so that what V8 keeps of the code that it has compiled for one serves them all.
 */
export const NUMBERED_IN_WORKER = 2 ** 23;

/** The least number that is given by another thread than the one that runs the code. */
export const NUMBERED_ELSEWHERE = 2 ** 24;

/** Every function that the process has loaded rewritten, by the number that its code carries. */
export class FunctionTable {
  readonly #firstNumber: number;
  readonly #entries: FunctionEntry[] = [];
  readonly #numberedElsewhere = new Map<number, FunctionEntry>();
  /** Learns of functions that another thread has numbered meanwhile. */
  receive: () => void = () => undefined;
  #decide: (description: FunctionDescription) => boolean = () => true;

  constructor(firstNumber = 0) {
    this.#firstNumber = firstNumber;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** By the number that its code carries. */
  get(number: number): FunctionEntry | undefined {
    const entry = this.#entries[number - this.#firstNumber];
    return entry ?? (number < NUMBERED_ELSEWHERE ? undefined : this.#getNumberedElsewhere(number));
  }

  #getNumberedElsewhere(number: number): FunctionEntry | undefined {
    if (!this.#numberedElsewhere.has(number)) this.receive();
    return this.#numberedElsewhere.get(number);
  }

  /** Answers the number of the first. */
  add(descriptions: readonly FunctionDescription[], firstNumber = this.#firstNumber + this.#entries.length): number {
    for (const [offset, description] of descriptions.entries())
      this.#entries.push(this.#entry(description, firstNumber + offset));
    return firstNumber;
  }

  /** Numbers from `NUMBERED_ELSEWHERE` on are another thread's to give. */
  addNumbered(first: number, descriptions: readonly FunctionDescription[]): void {
    const added = this.#entries.length;
    this.add(descriptions, first);
    for (const entry of this.from(added)) this.#numberedElsewhere.set(entry.number, entry);
  }

  from(index: number): readonly FunctionEntry[] {
    return this.#entries.slice(index);
  }

  /** Which functions report, of those loaded and those to come. */
  enableWhere(decide: (description: FunctionDescription) => boolean): void {
    this.#decide = decide;
    for (const entry of this.#entries) entry.enabled = decide(entry);
  }

  #entry(description: FunctionDescription, number: number): FunctionEntry {
    const { module, owner, name, line, isAsync } = description;
    return {
      index: this.#entries.length,
      number,
      module,
      owner,
      name,
      line,
      isAsync,
      enabled: this.#decide(description),
      isAggregated: false,
      calls: 0,
      windowCalls: 0,
      windowMicros: 0,
      windowStartedMs: 0,
    };
  }
}
