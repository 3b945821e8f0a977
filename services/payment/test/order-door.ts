import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Rule = (method: string, count: number) => Promise<unknown> | 'shut' | undefined;

/** Stands between the payment service and the real order service: passes on, holds back, or breaks off what the rule says. */
export class OrderDoor {
  /** How many requests came, by method. */
  readonly seen: Record<string, number> = {};
  /** `count` is 1 for the first request of that method since the rule was set. */
  #rule: Rule = () => undefined;
  #counted: Record<string, number> = {};
  readonly #target: string;
  readonly #server = createServer((request, response) => void this.#pass(request, response));

  constructor(target: string) {
    this.#target = target;
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  obey(rule: Rule): void {
    this.#rule = rule;
    this.#counted = {};
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return this.#server[Symbol.asyncDispose]();
  }

  async #pass(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/' } = request;
    this.seen[method] = (this.seen[method] ?? 0) + 1;
    const count = (this.#counted[method] = (this.#counted[method] ?? 0) + 1);
    const body = method === 'GET' ? undefined : await json(request);
    const verdict = this.#rule(method, count);
    if (verdict === 'shut') {
      request.socket.destroy();
      return;
    }
    await verdict;
    const answer = await fetch(this.#target + url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  }
}
