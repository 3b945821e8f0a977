import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Cache } from './cache.ts';

// A look-up in Postgres takes about as long; past this the cache is no help.
const COMMAND_TIMEOUT_MS = 40;
// After a failure nobody asks for this long, so that a hanging Redis costs one request its timeout, not every one.
const REST_MS = 1_000;
const MOST_PENDING = 10_000;

/** A cache that several replicas share. While Redis is down, every read is a miss and nothing waits for it. */
export class RedisCache extends Cache {
  override readonly dependencies = [{ name: 'redis', check: () => this.#check(), isOptional: true }];
  readonly #logger = new Logger(RedisCache.name);
  readonly #redis: Redis;
  readonly #ttlMs: number;
  #restUntil = 0;
  // What could not be deleted while Redis was away must not be read again when it is back.
  readonly #undeleted = new Set<string>();

  constructor(url: string, ttlMs: number) {
    super();
    this.#ttlMs = ttlMs;
    this.#redis = new Redis(url, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: 1_000,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: attempt => Math.min(50 * attempt, 1_000),
    });
    this.#redis.on('error', error => {
      this.#rest(error.message);
    });
    this.#redis.on('ready', () => {
      this.#restUntil = 0;
    });
  }

  override async get(key: string): Promise<string | undefined> {
    if (this.#undeleted.size > 0) await this.#deletePending();
    if (this.#undeleted.has(key)) return undefined;
    return (await this.#attempt(() => this.#redis.get(key))) ?? undefined;
  }

  override async set(key: string, value: string): Promise<void> {
    await this.#attempt(() => this.#redis.set(key, value, 'PX', this.#ttlMs));
  }

  override async delete(key: string): Promise<void> {
    const deleted = await this.#attempt(() => this.#redis.del(key));
    if (deleted === undefined && this.#undeleted.size < MOST_PENDING) this.#undeleted.add(key);
  }

  override close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }

  async #check(): Promise<void> {
    await this.#redis.ping();
  }

  async #deletePending(): Promise<void> {
    const keys = [...this.#undeleted];
    const deleted = await this.#attempt(() => this.#redis.del(...keys));
    if (deleted === undefined) return;
    for (const key of keys) this.#undeleted.delete(key);
  }

  async #attempt<Result>(command: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#redis.status !== 'ready' || performance.now() < this.#restUntil) return undefined;
    try {
      return await command();
    } catch (error) {
      this.#rest((error as Error).message);
      return undefined;
    }
  }

  #rest(reason: string): void {
    const isNews = this.#restUntil === 0;
    this.#restUntil = performance.now() + REST_MS;
    if (isNews) this.#logger.warn(`doing without Redis until it is back: ${reason}`);
  }
}
