import type { IncomingMessage } from 'node:http';
import { Given } from './given.ts';
import type { HttpCall } from './http-call.ts';

/** Keeps its call with a request. */
export class AttachedCall extends Given {
  readonly #call: HttpCall;

  private constructor(request: IncomingMessage, call: HttpCall) {
    super(request);
    this.#call = call;
  }

  static attach(request: IncomingMessage, call: HttpCall): void {
    new AttachedCall(request, call);
  }

  static of(request: object): HttpCall | undefined {
    return #call in request ? request.#call : undefined;
  }
}
