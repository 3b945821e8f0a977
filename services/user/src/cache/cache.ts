import type { Dependency } from '@tracelab/service-kit';

/**
 * Keeps copies for a while. A cache is never a reason to fail: a read that cannot be answered at once is a miss, a
 * write that cannot be made is skipped, and neither rejects.
 */
export abstract class Cache {
  /** What `/health/ready` asks; none where the cache lives in the process. */
  abstract readonly dependencies: readonly Dependency[];
  abstract get(key: string): Promise<string | undefined>;
  abstract set(key: string, value: string): Promise<void>;
  abstract delete(key: string): Promise<void>;
  abstract close(): Promise<void>;
}
