import { Health } from '@tracelab/contracts/service';

/** No shop answers where requests should go. */
export class TargetUnreachable extends Error {
  override readonly name = 'TargetUnreachable';
  readonly code = 'TargetUnreachable';

  constructor(fault: string) {
    super(
      `${fault}\nStart the system with \`make run\` (no Docker) or \`make docker-up\`; ` +
        'where it has another port, set GATEWAY_PORT as it was started with, or name it by --url.',
    );
  }
}

const LIMIT_MS = 3_000;

/** The status that the target's health has. Rejects with TargetUnreachable: no load goes to strangers. */
export async function checkTarget(url: string): Promise<number> {
  const response = await healthOf(url);
  const health = Health.safeParse(await response.json().catch(() => undefined));
  if (response.ok && health.success) return response.status;
  throw new TargetUnreachable(`Something else answers at ${url}: its /health (${response.status}) is no service's`);
}

async function healthOf(url: string): Promise<Response> {
  try {
    return await fetch(`${url}/health`, { signal: AbortSignal.timeout(LIMIT_MS) });
  } catch (error) {
    throw new TargetUnreachable(`Failed to connect to ${url}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1_000} s`;
  const code = cause?.code ?? '';
  return code === 'ECONNREFUSED' ? 'connection refused, nothing listens there' : code || message;
}
