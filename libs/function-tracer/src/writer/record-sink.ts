import type { EventRecord } from './record.ts';

/** Where records go. Never throws: what cannot be written is lost and counted. */
export interface RecordSink {
  /** False if there was no room. A record that may be refused leaves `reserve`, a share of the room, to those that may not. */
  write(record: EventRecord, reserve: number): boolean;
  /** Writes what is held back, and waits until it is on its way to the disk. */
  flush(): void;
  /** Flushes and lets go of the file; nothing can be written afterwards. */
  close(): void;
}
