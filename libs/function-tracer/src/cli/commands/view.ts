import { callsOf } from '../../reader/calls.ts';
import { type OtlpRequest, type OtlpSpan, toOtlp } from '../../reader/export-formats.ts';
import { readLog } from '../../reader/read-log.ts';
import { type Command, CommandFailed, required } from '../command.ts';

const SPANS_PER_REQUEST = 2_000;
const TIMEOUT_MS = 10_000;
const SERVICE = 'flowtrace';

export const view: Command = async input => {
  const { options, output } = input;
  const { rows } = await readLog(required(input, 0, 'log'));
  const request = toOtlp(callsOf(rows), SERVICE);
  const [
    {
      scopeSpans: [{ spans }],
    },
  ] = request.resourceSpans;
  if (spans.length === 0) throw new CommandFailed('There is no call in this log');
  for (let from = 0; from < spans.length; from += SPANS_PER_REQUEST) {
    await send(options.endpoint, withSpans(request, spans.slice(from, from + SPANS_PER_REQUEST)));
  }
  output.print(...largestTraces(spans, options.top).map(traceId => `${options.ui}/trace/${traceId}`));
  return 0;
};

function withSpans(
  {
    resourceSpans: [
      {
        resource,
        scopeSpans: [{ scope }],
      },
    ],
  }: OtlpRequest,
  spans: readonly OtlpSpan[],
): OtlpRequest {
  return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] };
}

function largestTraces(spans: readonly OtlpSpan[], top: number): string[] {
  const traces = [...Map.groupBy(spans, ({ traceId }) => traceId)];
  return traces
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, top)
    .map(([traceId]) => traceId);
}

async function send(endpoint: string, body: OtlpRequest): Promise<void> {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new CommandFailed(`No trace backend answers at ${url}: start one, or name another with --endpoint`, {
      cause: error,
    });
  });
  if (!response.ok) throw new CommandFailed(`${url} answered ${response.status}`);
}
