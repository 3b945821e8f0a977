import type { Frame } from './frame.ts';
import type { FunctionEntry } from './function-table.ts';

/** Takes what happens in calls and writes it somewhere. Never throws. */
export interface Recorder {
  /** The arguments as text, made at once: they may change later. */
  describeArgs(args: object, entry: FunctionEntry): string;
  /** False if there was no room: the call then stays unwritten to its end. */
  enter(frame: Frame, args: string): boolean;
  exit(frame: Frame, endedMs: number, result: unknown): void;
  exception(frame: Frame, endedMs: number, error: unknown): void;
  aggregate(entry: FunctionEntry, atMs: number): void;
}
