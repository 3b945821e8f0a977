import { REDACTED, isSecretKey, redactText } from './redact.ts';

/** Methods that may stand in a span's name; any other word is a caller's invention. */
export const knownMethods: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

// What OpenTelemetry's conventions for `url.full` name, as far as it is not secret under any name.
const signatures = /^(?:awsaccesskeyid|sig|(?:x-(?:amz|goog)-)?signature)$/i;

/** A query string without the values of secret parameters. */
export function redactQuery(query: string): string {
  const pairs = query.split('&').map(pair => {
    const key = pair.split('=', 1)[0] ?? '';
    return pair.length > key.length && (isSecretKey(key) || signatures.test(key)) ? `${key}=${REDACTED}` : pair;
  });
  return redactText(pairs.join('&'));
}
