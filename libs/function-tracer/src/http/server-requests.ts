import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { runtime } from '../runtime/global-runtime.ts';
import { HttpCall } from './http-call.ts';

let isSubscribed = false;

/** Every request that an HTTP server of this process receives becomes a root, before the application sees it. */
export function traceServerRequests(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('http.server.request.start', message => {
    if (runtime.on === 0) return;
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    runtime.enterRoot(HttpCall.of(request, response).root);
  });
}
