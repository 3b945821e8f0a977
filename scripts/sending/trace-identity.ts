import { randomFillSync } from 'node:crypto';

const ID_BYTES = 24;
const POOL_IDS = 256;

const pool = Buffer.alloc(ID_BYTES * POOL_IDS);
let used = POOL_IDS;

/** The ids under which one request starts its trace. Always random: a seed must not make two runs share their traces. */
export interface TraceIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

export function newTraceIdentity(): TraceIdentity {
  if (used === POOL_IDS) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used++ * ID_BYTES;
  return { traceId: pool.toString('hex', at, at + 16), spanId: pool.toString('hex', at + 16, at + ID_BYTES) };
}

/** `traceparent` with the sampled flag: whoever generates load wants to see what it did. */
export const traceparentOf = ({ traceId, spanId }: TraceIdentity): string => `00-${traceId}-${spanId}-01`;

const TRACERESPONSE = /^00-([0-9a-f]{32})-/;

/** The trace that answered, as the `traceresponse` header names it: a service may refuse the id that it was sent. */
export function traceIdOfAnswer(headers: readonly string[]): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name.length === 13 && name.toLowerCase() === 'traceresponse')
      return TRACERESPONSE.exec(headers[at + 1] ?? '')?.[1];
  }
  return undefined;
}
