/** Nothing answers where requests should go. */
export class TargetUnreachable extends Error {
  override readonly name = 'TargetUnreachable';
  readonly code = 'TargetUnreachable';

  constructor(url: string, reason: string) {
    super(
      `Failed to connect to ${url}: ${reason}\nStart the system with \`make run\` (no Docker) or \`make docker-up\`.`,
    );
  }
}

const LIMIT_MS = 3_000;

/** The status that the target's health has; whatever it says, somebody answers. Rejects with TargetUnreachable. */
export async function checkTarget(url: string): Promise<number> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(LIMIT_MS) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw new TargetUnreachable(url, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1_000} s`;
  const code = cause?.code ?? '';
  return code === 'ECONNREFUSED' ? 'connection refused, nothing listens there' : code || message;
}
