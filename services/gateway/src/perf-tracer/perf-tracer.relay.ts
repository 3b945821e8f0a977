import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Detail, perfTracerEndpoints } from '@tracelab/contracts/perf-tracer';
import { statusOf } from '@tracelab/contracts/problem';
import { passOn } from '@tracelab/http';
import { ANY_ORIGIN, problemTypeOf, type ServedEndpoint, type ServiceConfig } from '@tracelab/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';

interface Settings extends Pick<ServiceConfig, 'corsOrigin'> {
  readonly perfTracerUrl: string;
  readonly callTimeoutMs: number;
}

// OPTIONS, so that preflights meet the origins of these routes and not those of all.
const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Offers what perf-tracer serves under the same paths. Requests and answers pass as they are, because both are FastAPI's
 * dialect and not this service's: any body, any content type, errors as `{"detail": …}`.
 */
export class PerfTracerRelay {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** A context of its own within Fastify: the gateway's other routes keep taking JSON alone. */
  readonly register = (fastify: FastifyInstance): Promise<void> => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    fastify.setErrorHandler((error, _request, reply) => refuse(reply, error));
    const config = this.#settings.corsOrigin === '*' ? { cors: ANY_ORIGIN } : {};
    // Each endpoint under its template, so that its span has a name; what else is asked there, perf-tracer refuses itself.
    for (const { method, path } of perfTracerEndpoints) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
      fastify.route({ method, url, config, handler: this.#pass, exposeHeadRoute: false });
    }
    for (const url of ['/api/tracing*', '/api/traces*']) {
      fastify.route({ method: METHODS, url, config, handler: this.#pass, exposeHeadRoute: false });
    }
    return Promise.resolve();
  };

  readonly #pass = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { perfTracerUrl, callTimeoutMs } = this.#settings;
    const { status, headers, body } = await passOn({
      method: request.method,
      baseUrl: perfTracerUrl,
      path: request.url,
      headers: request.headers,
      body: request.body as Buffer | undefined,
      timeoutMs: callTimeoutMs,
    });
    for (const name of ['content-type', 'allow']) {
      if (headers[name] !== undefined) reply.header(name, headers[name]);
    }
    return reply.status(status).send(body);
  };
}

/** To be called before the application listens. */
export function servePerfTracer(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  void fastify.register(app.get(PerfTracerRelay).register);
}

/** For the documentation: none of Nest's controllers serves these. */
export const passedOnEndpoints: readonly ServedEndpoint[] = perfTracerEndpoints.map(definition => {
  const [, , ...words] = definition.path.replaceAll(/[{}]/g, '').split('/');
  return {
    definition,
    controller: PerfTracerRelay.name,
    handler: [definition.method.toLowerCase(), ...words].join('_'),
  };
});

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  const type = problemTypeOf(error);
  return reply.status(statusOf(type)).send({ detail: type.title } satisfies Detail);
}
