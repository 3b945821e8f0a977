import type { Socket } from 'node:net';
import { Given } from './given.ts';
import type { HttpCall } from './http-call.ts';

/**
 * Keeps with a connection the calls that have no response yet: when it closes, they end without one. To listen to the
 * connection once costs less than to listen to each response.
 */
export class OpenCalls extends Given {
  /** Mostly one, for which a set would be dear. */
  readonly #calls: HttpCall[] = [];

  private constructor(socket: Socket) {
    super(socket);
    socket.on('close', () => {
      for (const call of this.#calls) call.end();
    });
  }

  static add(socket: Socket, call: HttpCall): void {
    const known = #calls in socket ? socket : new OpenCalls(socket);
    known.#calls.push(call);
  }

  static remove(socket: Socket, call: HttpCall): void {
    if (!(#calls in socket)) return;
    const calls = socket.#calls;
    const index = calls.lastIndexOf(call);
    if (index === calls.length - 1) calls.pop();
    else if (index >= 0) calls.splice(index, 1);
  }
}
