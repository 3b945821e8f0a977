/** Runs pieces of work that share a key one after the other, in the order in which they came; others run side by side. */
export class ArrivalOrder {
  readonly #lastOf = new Map<string, Promise<unknown>>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#lastOf.get(key);
    const result = before === undefined ? work() : before.then(work, work);
    this.#lastOf.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#lastOf.get(key) === result) this.#lastOf.delete(key);
    }
  }
}
