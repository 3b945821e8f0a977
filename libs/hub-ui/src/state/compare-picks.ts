import { useSyncExternalStore } from 'react';
import { z } from 'zod';

const KEY = 'tracelab.compare';
const Picks = z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(2);

/** The traces picked for a comparison, at most two; a third takes the place of the first. Kept for this tab. */
export class ComparePicks {
  readonly #listeners = new Set<() => void>();
  #traceIds: readonly string[] = stored();

  get traceIds(): readonly string[] {
    return this.#traceIds;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  toggle(traceId: string): void {
    const others = this.#traceIds.filter(own => own !== traceId);
    this.#traceIds = others.length < this.#traceIds.length ? others : [...others, traceId].slice(-2);
    window.sessionStorage.setItem(KEY, JSON.stringify(this.#traceIds));
    for (const listener of this.#listeners) listener();
  }
}

function stored(): readonly string[] {
  try {
    return Picks.parse(JSON.parse(window.sessionStorage.getItem(KEY) ?? '[]'));
  } catch {
    // Another version's or a foreign value: start empty.
    return [];
  }
}

export const comparePicks = new ComparePicks();

export const useComparePicks = (): readonly string[] =>
  useSyncExternalStore(comparePicks.subscribe, () => comparePicks.traceIds);

/** The page that compares the picks. */
export function comparePath([before, after]: readonly string[]): string {
  const query = [before === undefined ? '' : `a=${before}`, after === undefined ? '' : `b=${after}`];
  const text = query.filter(part => part !== '').join('&');
  return text === '' ? '/compare' : `/compare?${text}`;
}
