import { compareCursors } from '../rank-traces.ts';
import type { TraceQuery } from '../trace-query.ts';
import type { Cursor } from '../trace-store.ts';

/** The first so many of what is offered, in the query's order. */
export class TopList<Item extends Cursor> {
  readonly #items: Item[] = [];
  readonly #query: Pick<TraceQuery, 'order' | 'after'>;
  readonly #size: number;

  constructor(query: Pick<TraceQuery, 'order' | 'after'>, size: number) {
    this.#query = query;
    this.#size = size;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  get isFull(): boolean {
    return this.#items.length >= this.#size;
  }

  /** Whether an item of that place would be taken. */
  wants(place: Cursor): boolean {
    const { order, after } = this.#query;
    if (after !== undefined && compareCursors(place, after, order) <= 0) return false;
    const last = this.#items.at(-1);
    return !this.isFull || last === undefined || compareCursors(place, last, order) < 0;
  }

  /** Whether anything whose value is at best this one could still be taken. */
  wantsValue(value: bigint): boolean {
    const last = this.#items.at(-1);
    if (!this.isFull || last === undefined) return true;
    return this.#query.order === 'desc' ? value >= last.value : value <= last.value;
  }

  add(item: Item): void {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareCursors(this.#items[middle] as Item, item, this.#query.order) < 0) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
    if (this.#items.length > this.#size) this.#items.pop();
  }
}
