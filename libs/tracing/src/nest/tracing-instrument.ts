import type { Detail } from '../config.ts';
import { currentRuntime } from '../runtime.ts';
import { pipelineInstrument } from './pipeline-instrument.ts';
import type { TracingInstrument } from './pipeline-instrument.ts';
import { rememberExceptions } from './remember-exceptions.ts';

/**
 * Shows Nest's pipeline as spans, as far as the detail level says; at `route`, the default, the request's own span tells what was thrown, and nothing
 * else changes. Made for `NestFactory.create(App, adapter, { instrument: tracingInstrument() })`. Methods are wrapped one by one on the
 * instance, so private fields, identity and `instanceof` work as without it.
 */
export function tracingInstrument(detail?: Detail): TracingInstrument {
  if (currentRuntime() !== undefined) void rememberInNestsOwn();
  return pipelineInstrument(detail);
}

// Nest's own filter is no instance that it shows; it answers what the application's filters leave.
async function rememberInNestsOwn(): Promise<void> {
  try {
    const { BaseExceptionFilter } = await import('@nestjs/core');
    rememberExceptions(BaseExceptionFilter.prototype);
  } catch {
    // The application has its Nest where this package does not find it: what that filter answers is told by its status alone.
  }
}
