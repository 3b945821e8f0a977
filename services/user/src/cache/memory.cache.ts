import { LRUCache } from 'lru-cache';
import { Cache } from './cache.ts';

/** A cache in the process, for one replica; several replicas want Redis. */
export class MemoryCache extends Cache {
  override readonly dependencies = [];
  readonly #entries: LRUCache<string, string>;

  constructor(ttlMs: number) {
    super();
    this.#entries = new LRUCache({ max: 10_000, ttl: ttlMs });
  }

  override get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#entries.get(key));
  }

  override set(key: string, value: string): Promise<void> {
    this.#entries.set(key, value);
    return Promise.resolve();
  }

  override delete(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }

  override close(): Promise<void> {
    this.#entries.clear();
    return Promise.resolve();
  }
}
