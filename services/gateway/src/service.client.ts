import type { EndpointDefinition, RequestOf, ResponseOf } from '@tracelab/contracts/endpoint';
import { call, type CallOptions, forward } from '@tracelab/http';
import { relaying } from '@tracelab/service-kit';

const RETRY = { attempts: 3, baseDelayMs: 25 };

/** How the gateway speaks to one service: within the time limit, repeated where that is safe, its refusals passed on. */
export abstract class ServiceClient {
  constructor(
    private readonly baseUrl: string,
    private readonly timeoutMs: number,
  ) {}

  protected call<Definition extends EndpointDefinition>(
    endpoint: Definition,
    request: RequestOf<Definition>,
    idempotencyKey?: string,
  ): Promise<ResponseOf<Definition>> {
    return relaying(endpoint, call(endpoint, request, this.options(idempotencyKey)));
  }

  /** For a body that the service judges: it knows the rules, and its trace shows which one was broken. */
  protected forward<Definition extends EndpointDefinition>(
    endpoint: Definition,
    request: { readonly params?: unknown; readonly body: unknown },
    idempotencyKey?: string,
  ): Promise<ResponseOf<Definition>> {
    return relaying(endpoint, forward(endpoint, request, this.options(idempotencyKey)));
  }

  private options(idempotencyKey: string | undefined): CallOptions {
    return { baseUrl: this.baseUrl, timeoutMs: this.timeoutMs, retry: RETRY, idempotencyKey };
  }
}
