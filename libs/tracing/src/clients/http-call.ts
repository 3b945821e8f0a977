import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { knownMethods, redactQuery } from '../http-names.ts';
import { ClientCalls } from './client-call.ts';
import type { ClientCall } from './client-call.ts';

/** The calls of both HTTP clients: undici, which is fetch's, and node:http, which is axios's. */
export function httpCalls(): ClientCalls {
  return new ClientCalls({
    name: METRIC_HTTP_CLIENT_REQUEST_DURATION,
    description: 'Duration of HTTP client requests.',
    keys: [ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_RESPONSE_STATUS_CODE, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT],
  });
}

/** The attributes of a request to `url`, its secrets cut out. */
export function httpAttributes(method: string, url: URL): Attributes {
  const query = url.search === '' ? '' : `?${redactQuery(url.search.slice(1))}`;
  return {
    [ATTR_HTTP_REQUEST_METHOD]: knownMethods.has(method) ? method : '_OTHER',
    [ATTR_SERVER_ADDRESS]: url.hostname,
    [ATTR_SERVER_PORT]: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    // Without user and password.
    [ATTR_URL_FULL]: `${url.origin}${url.pathname}${query}`,
  };
}

/** For a caller every 4xx and 5xx is a failure, by the convention for client spans. */
export function setStatusCode(call: ClientCall, statusCode: number): void {
  call.set(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (statusCode >= 400) call.markFailed(String(statusCode));
}
