import type { FormatOptions } from './event-formatter.ts';
import type { LogFileOptions } from './log-file.ts';
import { SegmentFiles, type SegmentOptions } from './segment-files.ts';

/** What a writer needs, in a form that can be sent to a thread. */
export interface SinkOptions {
  readonly format: FormatOptions;
  readonly log: LogFileOptions;
  readonly segments: SegmentOptions;
  readonly bufferBytes: number;
  readonly whenFull: 'drop' | 'block';
}

export function segmentsFor({ segments }: SinkOptions): SegmentFiles | undefined {
  return segments.threshold > 0 && segments.logfile !== '' ? new SegmentFiles(segments) : undefined;
}
