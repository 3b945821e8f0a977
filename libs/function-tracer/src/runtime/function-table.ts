/** A traced function as the runtime knows it. */
export interface FunctionEntry {
  readonly index: number;
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

/** Every function that the process has loaded rewritten, by the number that its code carries. */
export class FunctionTable {
  readonly #entries: FunctionEntry[] = [];
  #decide: (description: FunctionDescription) => boolean = () => true;

  get size(): number {
    return this.#entries.length;
  }

  get(index: number): FunctionEntry | undefined {
    return this.#entries[index];
  }

  /** Answers the number of the first. */
  add(descriptions: readonly FunctionDescription[]): number {
    const first = this.#entries.length;
    for (const description of descriptions) this.#entries.push(this.#entry(description));
    return first;
  }

  from(index: number): readonly FunctionEntry[] {
    return this.#entries.slice(index);
  }

  /** Which functions report, of those loaded and those to come. */
  enableWhere(decide: (description: FunctionDescription) => boolean): void {
    this.#decide = decide;
    for (const entry of this.#entries) entry.enabled = decide(entry);
  }

  #entry(description: FunctionDescription): FunctionEntry {
    const { module, owner, name, line, isAsync } = description;
    return {
      index: this.#entries.length,
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
