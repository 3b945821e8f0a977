import { gzipSync } from 'node:zlib';

import { protobufFromJson } from '../src/otlp/json-to-protobuf.ts';
import { randomOf } from './make-batch.ts';
import { otlpJson, textAttribute } from './otlp-payload.ts';

export interface HostilePayload {
  readonly body: Uint8Array;
  readonly headers: Record<string, string>;
}

/** Makes bodies that no honest sender makes, repeatably. */
export class PayloadMutator {
  readonly #random: () => number;
  readonly #json: Buffer;
  readonly #protobuf: Buffer;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    const attributes = [
      textAttribute('k', 'v'),
      { key: 'n', value: { kvlistValue: { values: [textAttribute('a', 'ü')] } } },
    ];
    const span = {
      attributes,
      events: [{ name: 'e', attributes }],
      links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
    };
    this.#json = Buffer.from(otlpJson([span, span]));
    this.#protobuf = Buffer.from(protobufFromJson(this.#json));
  }

  next(): HostilePayload {
    const isJson = this.#below(2) === 0;
    const body = this.#mutated(isJson ? this.#json : this.#protobuf, isJson);
    const headers = { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' };
    if (this.#below(8) !== 0) return { body, headers };
    const zipped = this.#below(2) === 0 ? gzipSync(body) : this.#flipped(gzipSync(body));
    return { body: zipped, headers: { ...headers, 'content-encoding': 'gzip' } };
  }

  #mutated(original: Buffer, isJson: boolean): Buffer {
    switch (this.#below(7)) {
      case 0:
        return original.subarray(0, this.#below(original.length));
      case 1:
        return this.#flipped(original);
      case 2:
        return this.#spliced(original, Buffer.from([0xff, 0xfe, 0xc0, 0x80]));
      case 3:
        // A length of nearly 4 GiB, and one that never ends.
        return this.#spliced(
          original,
          Buffer.from(this.#below(2) === 0 ? [0xff, 0xff, 0xff, 0xff, 0x0f] : Array<number>(12).fill(0xff)),
        );
      case 4:
        return this.#spliced(original, this.#nested(isJson));
      case 5:
        return isJson
          ? Buffer.from(
              original
                .toString()
                .replace('"k"', '"__proto__"')
                .replace('"attributes"', '"__proto__":{"x":1},"attributes"'),
            )
          : this.#flipped(original);
      default:
        return Buffer.from(Array.from({ length: this.#below(200) }, () => this.#below(256)));
    }
  }

  #flipped(original: Buffer): Buffer {
    const bytes = Buffer.from(original);
    for (let count = 1 + this.#below(8); count > 0; count--) {
      const at = this.#below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#below(8));
    }
    return bytes;
  }

  #spliced(original: Buffer, inner: Buffer): Buffer {
    const at = this.#below(original.length);
    return Buffer.concat([original.subarray(0, at), inner, original.subarray(at + inner.length)]);
  }

  #nested(isJson: boolean): Buffer {
    const depth = 50 + this.#below(2000);
    return isJson
      ? Buffer.from('{"arrayValue":{"values":['.repeat(depth))
      : Buffer.alloc(depth * 2, Buffer.from([0x2a, 0x7f]));
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** What is wrong with an answer to a hostile body: it must be refused with a 4xx, or taken with all or part of it. */
export function faultOfAnswer(status: number): string | undefined {
  return status === 200 || (status >= 400 && status < 500) ? undefined : `answered ${status}`;
}
