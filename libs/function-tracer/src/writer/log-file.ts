import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StandardOutput } from './standard-output.ts';
import { LINE_BREAK } from './whole-lines.ts';

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
  readonly #output: StandardOutput | undefined;
  #descriptor: number | undefined;
  #size = 0;
  /** Not a device or a pipe, which never grows, and which nobody may move: as root that would take /dev/null away. */
  #isFile = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#output = options.toStdout ? new StandardOutput() : undefined;
    if (options.path !== '') this.#open();
  }

  /** Appends text that ends with a line break. */
  append(lines: string): void {
    if (lines === '') return;
    const bytes = Buffer.from(lines);
    this.#appendToFile(bytes);
    this.#output?.write(bytes);
  }

  #appendToFile(bytes: Buffer): void {
    if (this.#options.path === '') return;
    if (this.#options.maxBytes > 0) this.#makeRoom(bytes.length);
    if (this.#descriptor === undefined) return;
    writeAll(this.#descriptor, bytes);
    this.#size += bytes.length;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, 'a+');
    const { size, isFile } = describe(this.#descriptor);
    this.#isFile = isFile;
    this.#size = isFile ? dropUnfinishedLine(this.#descriptor, size) : 0;
  }

  #makeRoom(bytes: number): void {
    if (this.#isMoved()) this.#reopen();
    if (!this.#isFile || this.#size === 0 || this.#size + bytes <= this.#options.maxBytes) return;
    this.close();
    this.#shift();
    this.#open();
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

function describe(descriptor: number): { size: number; isFile: boolean } {
  const stats = fstatSync(descriptor);
  return { size: stats.size, isFile: stats.isFile() };
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
}

const TAIL_BYTES = 64 * 1024;

/** A process that was killed in the middle of a write leaves part of a line; nothing could be made of it. */
function dropUnfinishedLine(descriptor: number, size: number): number {
  if (size === 0) return 0;
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(descriptor, tail, 0, tail.length, size - tail.length);
  if (tail.at(-1) === LINE_BREAK) return size;
  const lastBreak = tail.lastIndexOf(LINE_BREAK);
  if (lastBreak < 0 && tail.length < size) return size;
  const whole = size - tail.length + lastBreak + 1;
  ftruncateSync(descriptor, whole);
  return whole;
}
