import type { Part } from './part.ts';

/** A trace backend that somebody else started, as `make run-jaeger` does: it is used, and left running. */
export class RunningBackend implements Part {
  readonly name = 'traces';
  readonly note = 'was running already, and is left running';
  readonly pid = undefined;
  readonly address: string;

  private constructor(address: string) {
    this.address = address;
  }

  /** Undefined where nothing on the port answers Jaeger's query API. */
  static async find(port: number): Promise<RunningBackend | undefined> {
    const url = `http://127.0.0.1:${port}/api/services`;
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (response?.ok !== true) return undefined;
    const answer: unknown = await response.json().catch(() => undefined);
    const isJaeger = typeof answer === 'object' && answer !== null && 'data' in answer;
    return isJaeger ? new RunningBackend(`http://localhost:${port}`) : undefined;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
