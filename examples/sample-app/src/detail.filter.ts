import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';

interface Reply {
  status(code: number): Reply;
  send(body: unknown): unknown;
}

/** Every error as `{ detail }`. What nobody foresaw is told to nobody but the log. */
@Catch()
export class DetailFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<Reply>();
    if (error instanceof HttpException) {
      reply.status(error.getStatus()).send({ detail: detailOf(error) });
      return;
    }
    // What Fastify itself refuses, such as a body that is no JSON.
    const statusCode = (error as { readonly statusCode?: unknown } | null)?.statusCode;
    if (typeof statusCode === 'number' && statusCode < 500) {
      reply.status(statusCode).send({ detail: error instanceof Error ? error.message : 'Bad request' });
      return;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    reply.status(500).send({ detail: 'Internal server error' });
  }
}

function detailOf(error: HttpException): unknown {
  const response = error.getResponse();
  return typeof response === 'object' && 'detail' in response ? response.detail : error.message;
}
