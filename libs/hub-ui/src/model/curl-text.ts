import { attributeOf, type Span, textOf } from '@tracelab/trace-model';

/** The command that sends the span's request again, as far as the span tells it; undefined when it was no HTTP request. */
export function curlText(span: Span): string | undefined {
  const first = (...keys: string[]) => {
    const value = keys.map(key => attributeOf(span.attributes, key)).find(found => found !== undefined);
    return value === undefined ? undefined : textOf(value);
  };
  const method = first('http.request.method', 'http.method');
  const url = first('url.full', 'http.url') ?? urlOfParts(first);
  if (method === undefined || url === undefined) return undefined;
  return `curl -X ${shellQuoted(method)} ${shellQuoted(url)}`;
}

function urlOfParts(first: (...keys: string[]) => string | undefined): string | undefined {
  const path = first('url.path', 'http.target');
  const host = first('server.address', 'net.host.name', 'http.host');
  if (path === undefined || host === undefined) return undefined;
  const port = first('server.port', 'net.host.port');
  const query = first('url.query');
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${first('url.scheme', 'http.scheme') ?? 'http'}://${name}${port === undefined ? '' : `:${port}`}${path}${query === undefined ? '' : `?${query}`}`;
}

// What a span holds comes from elsewhere, so whatever a shell could read as more than text is quoted.
function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
