import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { BSON } from 'mongodb';

type Document = Readonly<Record<string, unknown>>;

const headerBytes = 16;
const message = 2013;

/** Speaks enough of MongoDB's protocol for its driver: who is there, inserting, finding, and a refusal of everything else. */
export class MongoServer {
  readonly #server: Server = createServer(socket => {
    socket.on('error', () => undefined);
    this.#answer(socket);
  });

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }

  #answer(socket: Socket): void {
    let read = Buffer.alloc(0);
    socket.on('data', chunk => {
      read = Buffer.concat([read, chunk]);
      for (let size = sizeOf(read); size > 0 && read.length >= size; size = sizeOf(read)) {
        socket.write(answerTo(read.subarray(0, size)));
        read = read.subarray(size);
      }
    });
  }
}

function sizeOf(read: Buffer): number {
  return read.length < headerBytes ? 0 : read.readInt32LE(0);
}

// Header, flags, one section of kind 0; the driver's first question is of the older form, whose answer has 20 bytes before it.
function answerTo(request: Buffer): Buffer {
  const isOld = request.readInt32LE(12) !== message;
  const question = isOld ? { hello: 1 } : (BSON.deserialize(sectionOf(request)) as Document);
  const body = BSON.serialize(replyTo(question));
  const before = Buffer.alloc(isOld ? 20 : 5);
  if (isOld) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + before.length + body.length, 0);
  header.writeInt32LE(request.readInt32LE(4), 8);
  header.writeInt32LE(isOld ? 1 : message, 12);
  return Buffer.concat([header, before, body]);
}

function sectionOf(request: Buffer): Buffer {
  const from = headerBytes + 5;
  return request.subarray(from, from + request.readInt32LE(from));
}

function replyTo(question: Document): Document {
  if ('hello' in question || 'ismaster' in question)
    return { ok: 1, isWritablePrimary: true, maxWireVersion: 25, minWireVersion: 0, maxBsonObjectSize: 16_777_216 };
  if ('insert' in question) return { ok: 1, n: 1 };
  if ('find' in question)
    return { ok: 1, cursor: { id: BSON.Long.ZERO, ns: 'shop.cats', firstBatch: [{ name: 'Tom' }] } };
  if ('endSessions' in question) return { ok: 1 };
  return { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not allowed' };
}
