/** A library the program loaded, and what became of it. */
export interface SeenLibrary {
  readonly name: string;
  isInstrumented: boolean;
  reason?: string;
}

/** What the agent has done in this process so far. */
export class Activity {
  readonly #libraries = new Map<string, SeenLibrary>();
  spansStarted = 0;
  spansEnded = 0;

  /** Returns whether it is new. */
  intercepted(name: string): boolean {
    if (this.#libraries.has(name)) return false;
    this.#libraries.set(name, { name, isInstrumented: false });
    return true;
  }

  /** Returns whether it is new. */
  instrumented(name: string): boolean {
    this.intercepted(name);
    const library = this.#libraries.get(name);
    if (library === undefined || library.isInstrumented) return false;
    library.isInstrumented = true;
    return true;
  }

  notInstrumented(name: string, reason: string): void {
    this.intercepted(name);
    const library = this.#libraries.get(name);
    if (library !== undefined) library.reason = reason;
  }

  get libraries(): readonly SeenLibrary[] {
    return [...this.#libraries.values()];
  }
}
