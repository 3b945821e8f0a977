import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Detail, ValidationDetail } from '@tracelab/contracts/perf-tracer';
import { InvalidJson, type Problem } from '@tracelab/contracts/problem';
import { ANY_ORIGIN, DomainError, type ServiceConfig } from '@tracelab/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export const CORS_ORIGIN = Symbol('corsOrigin');

class BrokenJson extends DomainError {
  readonly type = InvalidJson;

  constructor(cause: unknown) {
    super('JSON decode error', { cause });
  }
}

/**
 * Makes the whole service answer as FastAPI does, since clients of the older system branch on its bodies: errors are
 * `{"detail": …}`, a body is JSON whatever its content type says, or when it says nothing, and pages of any origin may
 * call with credentials, as far as the setting for origins leaves it open.
 */
export function speakFastApi(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  readAnyBodyAsJson(fastify);
  if (app.get<ServiceConfig['corsOrigin']>(CORS_ORIGIN) === '*') allowAnyOrigin(fastify);
  fastify.addHook('preSerialization', asFastApi);
}

const asFastApi = async (_request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
  if (!String(reply.getHeader('content-type')).startsWith('application/problem+json')) return payload;
  const { status, detail } = fastApiError(payload as Problem);
  reply.status(status).type('application/json');
  return { detail } satisfies Detail;
};

function readAnyBodyAsJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') done(null, undefined);
    else parse(text as string, done);
  });
}

// The hook sees the route that answers preflights, too.
function allowAnyOrigin(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', route => {
    route.config = Object.assign(route.config ?? {}, { cors: ANY_ORIGIN });
  });
}

function parse(text: string, done: (error: Error | null, body?: unknown) => void): void {
  try {
    done(null, JSON.parse(text));
  } catch (error) {
    done(new BrokenJson(error));
  }
}

interface FastApiError {
  readonly status: number;
  readonly detail: Detail['detail'];
}

const BROKEN_JSON: ValidationDetail = {
  type: 'json_invalid',
  loc: ['body', 0],
  msg: 'JSON decode error',
  input: {},
  ctx: { error: 'Expecting value' },
};

function fastApiError({ status, code, title, detail = title }: Problem): FastApiError {
  switch (code) {
    case 'UnknownPath':
      return { status, detail: 'Not Found' };
    case 'WrongMethod':
      return { status, detail: 'Method Not Allowed' };
    case 'InvalidJson':
      return { status: 422, detail: [BROKEN_JSON] };
    default:
      return { status, detail };
  }
}
