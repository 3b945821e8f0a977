import { type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

import { RefusedRequest } from './refused-request.ts';

type Decompress = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECOMPRESSORS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['zlib', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

export interface BodyLimits {
  /** Of one body as sent. */
  readonly maxBodyBytes: number;
  /** Of one body after decompression. */
  readonly maxDecompressedBytes: number;
  /** Of all bodies that are being received or decompressed. */
  readonly maxInFlightBytes: number;
}

/** So many bodies are decompressed at a time, which bounds what a flood of zip bombs can hold. */
const MAX_DECOMPRESSIONS = 2;

/** Receives request bodies whole, within limits that hold while they arrive and not only after. */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #waiting: (() => void)[] = [];
  #inFlightBytes = 0;
  #decompressions = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Throws RefusedRequest: 413 over a limit, 503 when too much is under way, 400 when it does not decompress. */
  async read(stream: Readable, encoding: string | undefined): Promise<Buffer> {
    const names = (encoding ?? '')
      .split(',')
      .map(name => name.trim().toLowerCase())
      .filter(name => name !== '' && name !== 'identity');
    const [name] = names;
    const decompress = name === undefined ? undefined : DECOMPRESSORS.get(name);
    if (names.length > 1 || (name !== undefined && decompress === undefined)) {
      throw new RefusedRequest(400, `unsupported Content-Encoding, supported: ${[...DECOMPRESSORS.keys()].join(', ')}`);
    }
    let heldBytes = 0;
    try {
      const body = await this.#collect(stream, sizeBytes => {
        heldBytes += sizeBytes;
      });
      return decompress === undefined ? body : await this.#decompressed(body, decompress);
    } finally {
      this.#inFlightBytes -= heldBytes;
    }
  }

  async #collect(stream: Readable, hold: (sizeBytes: number) => void): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      this.#inFlightBytes += chunk.length;
      hold(chunk.length);
      if (sizeBytes > this.#limits.maxBodyBytes) {
        throw new RefusedRequest(413, `the body is larger than ${this.#limits.maxBodyBytes} bytes`);
      }
      if (this.#inFlightBytes > this.#limits.maxInFlightBytes) {
        throw new RefusedRequest(503, 'too many bytes are being received; send again later');
      }
      chunks.push(chunk);
    }
    const [only] = chunks;
    return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  }

  async #decompressed(body: Buffer, decompress: Decompress): Promise<Buffer> {
    const { maxDecompressedBytes: maxOutputLength } = this.#limits;
    // A permit is handed from one to the next, so the count changes only when nobody waits.
    if (this.#decompressions < MAX_DECOMPRESSIONS) this.#decompressions++;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    try {
      return await decompress(body, { maxOutputLength });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw new RefusedRequest(413, `the body decompresses to more than ${maxOutputLength} bytes`, { cause: error });
      }
      throw new RefusedRequest(400, `the body does not decompress: ${(error as Error).message}`, { cause: error });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#decompressions--;
      else next();
    }
  }
}
