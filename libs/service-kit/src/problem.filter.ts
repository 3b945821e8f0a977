import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type Problem, type ProblemType, statusOf, UnknownPath, uriOf, WrongMethod } from '@tracelab/contracts/problem';
import { currentTraceId } from '@tracelab/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from './domain-error.ts';
import type { KnownRoutes } from './known-routes.ts';
import { problemTypeOf } from './problem-type-of.ts';

interface Refusal {
  readonly type: ProblemType;
  readonly detail?: string;
  readonly headers?: Record<string, string>;
}

/** The one place where an error becomes an HTTP response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly routes: KnownRoutes) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { headers = {}, ...refusal } = this.refusalOf(error, http.getRequest<FastifyRequest>());
    const problem = problemOf(refusal, error);
    if (problem.status === 500) this.logger.error(error);
    // The answer has begun: all that is left is to break it off, so that the client sees it is not whole.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void sendProblem(reply.headers(headers), problem);
  }

  private refusalOf(error: unknown, request: FastifyRequest): Refusal {
    if (error instanceof DomainError) return { type: error.type, detail: error.message };
    if (error instanceof HttpException && error.getStatus() === 404) return this.unknownPath(request);
    return { type: problemTypeOf(error) };
  }

  private unknownPath({ method, url }: FastifyRequest): Refusal {
    const path = url.split('?', 1)[0] ?? url;
    const allowed = this.routes.methodsOf(path);
    // A path below a wildcard is known, and yet there may be nothing at it.
    if (allowed.length === 0 || allowed.includes(method))
      return { type: UnknownPath, detail: `Nothing answers ${method} ${path}` };
    return {
      type: WrongMethod,
      detail: `${path} answers ${allowed.join(', ')}, not ${method}`,
      headers: { allow: allowed.join(', ') },
    };
  }
}

/** For what Fastify refuses before Nest sees it: addresses that no URL can be. */
export const refuseBadUrl = (_error: unknown, _request: unknown, reply: FastifyReply): FastifyReply =>
  sendProblem(reply, problemOf({ type: UnknownPath }, undefined));

const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.status(problem.status).type('application/problem+json').send(problem);

function problemOf({ type, detail }: Refusal, error: unknown): Problem {
  const { faults, members } = error instanceof DomainError ? error : {};
  const traceId = currentTraceId();
  return {
    type: uriOf(type),
    title: type.title,
    status: statusOf(type),
    ...(detail !== undefined && detail !== '' && { detail }),
    code: type.code,
    ...(traceId !== undefined && { traceId }),
    ...(faults !== undefined && faults.length > 0 && { errors: [...faults] }),
    ...members,
  };
}
