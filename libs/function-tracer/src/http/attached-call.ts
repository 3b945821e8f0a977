import type { IncomingMessage } from 'node:http';
import type { HttpCall } from './http-call.ts';

/** A constructor may answer another object than a new one; a subclass then gives its private fields to that one. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- only its constructor counts
class Given {
  constructor(object: object) {
    return object;
  }
}

/** Keeps its call with a request where the application cannot see it, at a tenth of what a WeakMap costs. */
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
