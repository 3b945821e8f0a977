import { Worker } from 'node:worker_threads';

export interface ExitTarget {
  readonly url: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

// A worker, since the main thread's event loop is already over when a process exits; in text, since it must need no file.
const source = `
const { workerData: { done, url, headers, body } } = require('node:worker_threads');
const finish = result => { Atomics.store(done, 0, result); Atomics.notify(done, 0); };
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
const sent = request(url, { method: 'POST', headers }, response => {
  response.resume();
  response.on('end', () => finish(response.statusCode < 300 ? 1 : 2));
});
sent.on('error', () => finish(2));
sent.end(body);
`;

/**
 * Sends `body` and blocks until the backend has it or the limit is over: for the `exit` event, after which nothing
 * asynchronous runs. Returns whether it arrived.
 */
export function sendBeforeExit(body: Uint8Array, { url, contentType, headers, limitMs }: ExitTarget): boolean {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(source, {
    eval: true,
    workerData: { done, url, headers: { ...headers, 'content-type': contentType }, body },
    // Neither the application's preloads nor this library again.
    execArgv: [],
    env: {},
  });
  worker.on('error', () => undefined);
  Atomics.wait(done, 0, 0, limitMs);
  return Atomics.load(done, 0) === 1;
}
