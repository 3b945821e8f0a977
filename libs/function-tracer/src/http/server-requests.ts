import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { runtime } from '../runtime/global-runtime.ts';
import { AttachedCall } from './attached-call.ts';
import { HttpCall } from './http-call.ts';
import { OpenCalls } from './open-calls.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

let isSubscribed = false;

/** Every request that an HTTP server of this process receives becomes a root, before the application sees it. */
export function traceServerRequests(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('http.server.request.start', message => {
    if (runtime.on === 0) return;
    const { request, response } = message as Exchange;
    runtime.enterRoot(HttpCall.received(request, response).root);
  });
  subscribe('http.server.response.finish', message => {
    const { request } = message as Exchange;
    const call = AttachedCall.of(request);
    if (call === undefined) return;
    OpenCalls.remove(request.socket, call);
    call.end();
  });
}
