import { BadParameter } from './bad-parameter.ts';

const HEX = /^[0-9a-f]{1,32}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{1,22}={0,2}$/;

/**
 * A trace id in any spelling that Jaeger takes, as 32 hex digits: hex of up to 32 digits, padded on the left, or base64
 * of at most 24 characters in either alphabet. What reads as hex is hex.
 */
export function parseTraceId(text: string): string {
  if (HEX.test(text)) return text.toLowerCase().padStart(32, '0');
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== 16 && bytes.length !== 8) {
    throw new BadParameter(`invalid trace id ${JSON.stringify(text.slice(0, 64))}: expected hex of up to 32 digits`);
  }
  return bytes.toString('hex').padStart(32, '0');
}

/** Jaeger's v1 spelling: 16 digits when the high half is zero. */
export function shortTraceId(traceId: string): string {
  return traceId.startsWith(ZERO_HALF) ? traceId.slice(16) : traceId;
}

const ZERO_HALF = '0'.repeat(16);
