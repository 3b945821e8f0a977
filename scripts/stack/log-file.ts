import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** The log of one part, begun anew with each run of the stack. */
export class LogFile {
  readonly path: string;
  readonly #stream: WriteStream;

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${name}.log`);
    this.#stream = createWriteStream(this.path);
    // A full disk must not stop the services; what they say is then lost.
    this.#stream.on('error', () => undefined);
  }

  readonly write = (chunk: Buffer): void => {
    this.#stream.write(chunk);
  };

  close(): void {
    this.#stream.end();
  }
}
