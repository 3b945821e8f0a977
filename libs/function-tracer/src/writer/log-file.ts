import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, warnOnce } from '../warning.ts';
import { underLock } from './lock-file.ts';
import { StandardOutput } from './standard-output.ts';
import { dropUnfinishedLine } from './unfinished-line.ts';
import { wholeLines } from './whole-lines.ts';

export interface LogFileOptions {
  /** Empty for no file. */
  readonly path: string;
  readonly toStdout: boolean;
  /** 0 never begins a new file. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** The log on disk: appends whole lines, begins a new file at a size, and repairs a line that a kill left unfinished. */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #warn: (message: string) => void;
  readonly #output: StandardOutput | undefined;
  #descriptor: number | undefined;
  /** Not a device or a pipe, which never grows, and which nobody may move: as root that would take /dev/null away. */
  #isFile = false;
  /** Where the folder lets nothing be made or moved, no new file can begin. */
  #isFixed = false;

  constructor(options: LogFileOptions, warn = warnOfLog) {
    this.#options = options;
    this.#warn = warn;
    this.#output = options.toStdout ? new StandardOutput() : undefined;
    if (options.path === '') return;
    this.#open();
    if (this.#isFile && this.#descriptor !== undefined) dropUnfinishedLine(this.#descriptor, this.#lock);
  }

  /** Appends text that ends with a line break. */
  append(lines: string): void {
    if (lines === '') return;
    const bytes = Buffer.from(lines);
    if (this.#options.path !== '') this.#appendToFiles(bytes);
    this.#output?.write(bytes);
  }

  #appendToFiles(bytes: Buffer): void {
    const { maxBytes } = this.#options;
    if (maxBytes === 0 || !this.#isFile || this.#isFixed) {
      this.#write(bytes);
      return;
    }
    for (const part of wholeLines(bytes, maxBytes)) {
      this.#makeRoom(part.length);
      this.#write(part);
    }
  }

  #write(bytes: Buffer): void {
    if (this.#descriptor === undefined) return;
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.#descriptor, bytes, offset);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, 'a+');
    this.#isFile = fstatSync(this.#descriptor).isFile();
  }

  /** Other processes append to the same file, and begin new ones. */
  #makeRoom(bytes: number): void {
    if (this.#isFixed || this.#hasRoom(bytes)) return;
    try {
      underLock(this.#lock, () => {
        // Another process may just have begun a new file.
        if (!this.#hasRoom(bytes)) this.#beginNew();
      });
    } catch (error) {
      this.#isFixed = true;
      this.#warn(`FlowTrace cannot begin a new log file, and goes on with the one it has: ${messageOf(error)}`);
    }
  }

  #beginNew(): void {
    this.close();
    try {
      this.#shift();
    } finally {
      this.#open();
    }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#isMoved()) this.#reopen();
    if (this.#descriptor === undefined) return true;
    const { size } = fstatSync(this.#descriptor);
    return size === 0 || size + bytes <= this.#options.maxBytes;
  }

  get #lock(): string {
    return `${this.#options.path}.lock`;
  }

  /** Whether another process or thread has begun a new file meanwhile. */
  #isMoved(): boolean {
    if (this.#descriptor === undefined) return false;
    const onDisk = statSync(this.#options.path, { throwIfNoEntry: false });
    return onDisk?.ino !== fstatSync(this.#descriptor).ino;
  }

  #reopen(): void {
    this.close();
    this.#open();
  }

  #shift(): void {
    const { path, maxFiles } = this.#options;
    rmSync(`${path}.${maxFiles}`, { force: true });
    for (let number = maxFiles - 1; number >= 1; number--) moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    if (maxFiles > 0) moveIfThere(path, `${path}.1`);
    else rmSync(path, { force: true });
  }
}

function warnOfLog(message: string): void {
  warnOnce('FLOWTRACE_LOG', message);
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
