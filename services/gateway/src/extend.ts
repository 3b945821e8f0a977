import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveDocs } from './docs/docs.ts';
import { servePerfTracer } from './perf-tracer/perf-tracer.relay.ts';

/** What the gateway serves beside its modules' endpoints. */
export function extend(app: NestFastifyApplication): void {
  serveDocs(app);
  servePerfTracer(app);
}
