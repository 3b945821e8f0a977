import { Injectable, InternalServerErrorException } from '@nestjs/common';
import { AppConfig } from '../config.ts';
import { ExternalApiStandIn } from './external-api-stand-in.ts';

/** People and todos of another company: its stand-in on this machine, or the real one. */
@Injectable()
export class ExternalApi {
  constructor(
    private readonly config: AppConfig,
    private readonly standIn: ExternalApiStandIn,
  ) {}

  todos(): Promise<readonly unknown[]> {
    return this.#get('/todos');
  }

  todosOf(userId: number): Promise<readonly unknown[]> {
    return this.#get(`/todos?userId=${foreignId(userId)}`);
  }

  user(userId: number): Promise<unknown> {
    return this.#get(`/users/${foreignId(userId)}`);
  }

  async #get<T>(path: string): Promise<T> {
    const base = this.config.externalApiUrl ?? (await this.standIn.start());
    try {
      const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(5_000) });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      return (await response.json()) as T;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InternalServerErrorException({ detail: `External API error: ${reason}` });
    }
  }
}

// The other side knows ten people.
function foreignId(userId: number): number {
  return ((userId - 1) % 10) + 1;
}
