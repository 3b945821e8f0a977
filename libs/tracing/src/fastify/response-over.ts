import { subscribe } from 'node:diagnostics_channel';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { constants } from 'node:http2';
import type { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';

/** How a response ended: it was sent, its caller left before, or this side broke it off. */
export type ResponseEnding = 'sent' | 'left' | 'cut';

type Listener = (ending: ResponseEnding) => void;

const listening = Symbol('tracelab.whenOver');
const unanswered = Symbol('tracelab.unanswered');

interface WatchedResponse extends ServerResponse {
  [listening]?: Listener | undefined;
}

interface WatchedSocket extends Socket {
  /** Mostly one: the requests of a connection come one after the other. */
  [unanswered]?: WatchedResponse[];
}

/**
 * Calls `listener` once, when the response has been sent or never will be. Node's HTTP server tells of every response that it has sent, and a
 * connection of its end: both cost less than a listener to each response, which is for all others (HTTP/2, Fastify's `inject`).
 */
export function whenOver(request: IncomingMessage, response: ServerResponse, listener: Listener): void {
  const { socket } = request;
  if (response instanceof ServerResponse && socket instanceof Socket) watch(response, socket, listener);
  else
    response.on('close', () => {
      // Neither of them says by `writableFinished` whether it was sent, nor by its socket who ended it.
      listener(response.writableEnded ? 'sent' : wasBrokenOff(response) ? 'cut' : 'left');
    });
}

// HTTP/2 has a code for a stream that was destroyed with an error; one destroyed without looks like one whose caller left.
function wasBrokenOff(response: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in response && response.stream.rstCode === constants.NGHTTP2_INTERNAL_ERROR;
}

function watch(response: WatchedResponse, socket: WatchedSocket, listener: Listener): void {
  listenToServers();
  response[listening] = listener;
  const responses = socket[unanswered] ?? listenTo(socket);
  responses.push(response);
}

function listenTo(socket: WatchedSocket): WatchedResponse[] {
  const responses: WatchedResponse[] = [];
  socket[unanswered] = responses;
  socket.on('close', () => {
    for (const response of responses.splice(0)) tell(response, endingUnsent(response, socket));
  });
  return responses;
}

/**
 * How a response ended that was not sent, once its connection is closed: a caller who leaves ends the connection or breaks it, and all else is this
 * side's doing. An error that the response was destroyed with becomes the connection's.
 */
export function endingUnsent(response: ServerResponse, { readableEnded, errored }: Socket): ResponseEnding {
  const isCallers = readableEnded || (errored !== null && errored !== response.errored);
  return isCallers ? 'left' : 'cut';
}

let isListening = false;

function listenToServers(): void {
  if (isListening) return;
  isListening = true;
  subscribe('http.server.response.finish', message => {
    const { response, socket } = message as { response: WatchedResponse; socket: WatchedSocket };
    if (response[listening] === undefined) return;
    const responses = socket[unanswered] ?? [];
    remove(responses, response);
    tell(response, 'sent');
  });
}

function remove(responses: WatchedResponse[], sent: WatchedResponse): void {
  if (responses.at(-1) === sent) {
    responses.pop();
    return;
  }
  const index = responses.indexOf(sent);
  if (index >= 0) responses.splice(index, 1);
}

function tell(response: WatchedResponse, ending: ResponseEnding): void {
  const listener = response[listening];
  response[listening] = undefined;
  listener?.(ending);
}
