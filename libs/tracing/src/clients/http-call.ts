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
import { redactText } from '../redact.ts';
import { ClientCalls } from './client-call.ts';
import type { ClientCall } from './client-call.ts';

/** The calls of both HTTP clients: undici, which is fetch's, and node:http, which is axios's. */
export function httpCalls(): ClientCalls {
  return new ClientCalls({
    areClean: true,
    name: METRIC_HTTP_CLIENT_REQUEST_DURATION,
    description: 'Duration of HTTP client requests.',
    keys: [ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_RESPONSE_STATUS_CODE, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT],
  });
}

/** The attributes of a request for `path` at `origin`, secrets cut out of its address; undefined where that is no address. */
export function httpAttributes(method: string, origin: string, path: string): Attributes | undefined {
  if (!path.startsWith('/') || path.includes('#')) return unusual(method, origin, path);
  const known = origins.of(origin);
  if (known === undefined) return undefined;
  const queryAt = path.indexOf('?');
  const seen = queryAt < 0 ? path : `${path.slice(0, queryAt + 1)}${redactQuery(path.slice(queryAt + 1))}`;
  return {
    [ATTR_HTTP_REQUEST_METHOD]: knownMethods.has(method) ? method : '_OTHER',
    [ATTR_SERVER_ADDRESS]: known.address,
    [ATTR_SERVER_PORT]: known.port,
    [ATTR_URL_FULL]: redactText(`${known.text}${seen}`),
  };
}

// A whole address, as proxies get it, the asterisk of OPTIONS, or a fragment that is not sent.
function unusual(method: string, origin: string, path: string): Attributes | undefined {
  const url = URL.parse(path, origin);
  return url === null ? undefined : httpAttributes(method, url.origin, `${url.pathname}${url.search}`);
}

interface Origin {
  /** Without user and password. */
  readonly text: string;
  readonly address: string;
  readonly port: number;
}

/** Remembers what addresses say: a process calls few others, and reading an address costs as much as a span. */
class Origins {
  readonly #known = new Map<string, Origin>();

  of(text: string): Origin | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const url = URL.parse(text);
    if (url === null) return undefined;
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const origin = { text: url.origin, address: url.hostname, port };
    // A crawler calls many.
    if (this.#known.size >= 500) this.#known.clear();
    this.#known.set(text, origin);
    return origin;
  }
}

const origins = new Origins();

/** For a caller every 4xx and 5xx is a failure, by the convention for client spans. */
export function setStatusCode(call: ClientCall, statusCode: number): void {
  call.set(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (statusCode >= 400) call.markFailed(String(statusCode));
}
