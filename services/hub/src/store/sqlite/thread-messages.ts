import type { TraceBatch } from '../../otlp/trace-batch.ts';
import type { WriterCounts } from './store-writer.ts';

/** What the writer's thread is told. Batches are transferred, not copied. */
export type WriterRequest =
  | { readonly type: 'write'; readonly id: number; readonly batch: TraceBatch }
  | { readonly type: 'watch'; readonly isWatched: boolean }
  | { readonly type: 'set-aside'; readonly name: string }
  | { readonly type: 'close' };

/** What the writer's thread tells. */
export type WriterReport =
  | {
      readonly type: 'files';
      readonly names: readonly string[];
      readonly setAside: readonly string[];
      readonly counts: WriterCounts;
    }
  | {
      readonly type: 'committed';
      /** Every batch up to this one is durable. */
      readonly upTo: number;
      readonly counts: WriterCounts;
      /** Batches given up since the start, because storing them failed for what they are. */
      readonly unstorableCount: number;
      /** Traces that grew, when somebody watches. */
      readonly grown: readonly string[];
    }
  | { readonly type: 'blocked'; readonly message: string }
  | { readonly type: 'closed'; readonly lostFrom: number | undefined };

/** A question to the reader's thread: the name of a StoreReader method and its arguments. */
export interface ReaderRequest {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type ReaderReport =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string; readonly damaged?: string };

export interface ReaderThreadOptions {
  readonly directory: string;
  readonly memoryBytes: number;
}
