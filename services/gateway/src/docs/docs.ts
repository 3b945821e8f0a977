import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { endpointsOf } from '@tracelab/service-kit';
import { passedOnEndpoints } from '../perf-tracer/perf-tracer.relay.ts';
import { openApiOf } from './open-api.ts';

const INFO = {
  title: 'NestJS with Jaeger Tracing Demo',
  version: '0.1.0',
  description:
    'Four services behind one address: users, orders, payments, and a flow through all of them; ' +
    'the execution trace, and timing over HTTP. Every error is a problem (RFC 9457) with a stable `code`.',
};

/** Swagger UI at /docs, its document at /docs-json. Everything comes from this process; nothing is fetched elsewhere. */
export function serveDocs(app: INestApplication): void {
  // Nest's types know OpenAPI 3.0 alone; the page shows 3.1 as well.
  const document = openApiOf([...endpointsOf(app), ...passedOnEndpoints], INFO) as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, {
    raw: ['json'],
    customSiteTitle: INFO.title,
    swaggerOptions: { validatorUrl: null, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
