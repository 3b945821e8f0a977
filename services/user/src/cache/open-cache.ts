import type { Config } from '../config.ts';
import type { Cache } from './cache.ts';
import { MemoryCache } from './memory.cache.ts';
import { RedisCache } from './redis.cache.ts';

/** Redis where one is set, the process's own memory otherwise. */
export const openCache = ({ redisUrl, cacheTtlMs }: Pick<Config, 'redisUrl' | 'cacheTtlMs'>): Cache =>
  redisUrl === undefined ? new MemoryCache(cacheTtlMs) : new RedisCache(redisUrl, cacheTtlMs);
