import { loadTracingEndpoint } from './tracing-endpoint.ts';
import type { Finding } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Answer {
  readonly status?: number;
  readonly errorCode?: string;
}

/** Whether something that takes spans answers where they will be sent. */
export async function checkEndpoint(env: Environment): Promise<Finding[]> {
  const { exporter, url, protocol, faults } = loadTracingEndpoint(env);
  if (exporter !== 'otlp' && exporter !== 'otlp-grpc' && exporter !== 'zipkin') return [];
  const invalid = invalidFinding(url, faults);
  if (invalid !== undefined) return [invalid];
  const finding = portFinding(new URL(url), protocol) ?? answerFinding(url, await probe(url, protocol), protocol);
  return finding === undefined ? [] : [finding];
}

// An address that cannot be one is not used: then spans go elsewhere than was meant.
function invalidFinding(url: string, faults: readonly string[]): Finding | undefined {
  const isAddress = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  const fault = faults.find(one => one.includes(' is no address')) ?? (isAddress ? undefined : `${url} is no address`);
  if (fault === undefined) return undefined;
  const [message = fault, remedy = 'Give one such as http://localhost:4318.'] = fault.split('. ');
  return { code: 'ENDPOINT_INVALID', message, remedy };
}

function portFinding({ port, host }: URL, protocol: string): Finding | undefined {
  if (port === '4317' && protocol === 'http')
    return {
      code: 'WRONG_PROTOCOL',
      message: `${host} is the port of OTLP over gRPC, and spans are sent over HTTP`,
      remedy: 'Use port 4318, or --exporter otlp-grpc.',
    };
  if (port === '4318' && protocol === 'grpc')
    return {
      code: 'WRONG_PROTOCOL',
      message: `${host} is the port of OTLP over HTTP, and spans are sent over gRPC`,
      remedy: 'Use port 4317, or --exporter otlp.',
    };
  const isForeign = ['6831', '6832', '14250', '14268', '16686', '9411', '3000', '8000'].includes(port);
  return isForeign && protocol !== 'zipkin'
    ? { code: 'WRONG_PORT', message: `${host} does not take OTLP`, remedy: 'Jaeger takes it at 4318.' }
    : undefined;
}

function answerFinding(url: string, { status, errorCode }: Answer, protocol: string): Finding | undefined {
  if (errorCode !== undefined && !(protocol === 'grpc' && errorCode === 'HPE_INVALID_CONSTANT'))
    return {
      code: 'ENDPOINT_UNREACHABLE',
      message: `nothing answers at ${url} (${errorCode})`,
      remedy: 'Start the backend there, or give its address by --endpoint.',
    };
  if (protocol === 'grpc' || status === undefined || status < 400) return undefined;
  return {
    code: status === 404 || status === 405 || status === 415 ? 'WRONG_PORT' : 'ENDPOINT_REFUSES',
    message: `${url} answers ${status} to spans`,
    remedy:
      status === 401 || status === 403
        ? 'Give its key in OTEL_EXPORTER_OTLP_HEADERS.'
        : 'Look whether it is a trace backend.',
  };
}

// An empty batch, which costs the backend nothing and shows whether it understands.
async function probe(url: string, protocol: string): Promise<Answer> {
  const body = protocol === 'zipkin' ? '[]' : '{"resourceSpans":[]}';
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(3_000),
    });
    return { status };
  } catch (error) {
    return { errorCode: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, name } = cause as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'no answer';
}
