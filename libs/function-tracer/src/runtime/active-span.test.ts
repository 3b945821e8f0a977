import { afterEach, expect, test } from '@jest/globals';
import { type Context, context, type ContextManager, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { activeSpan } from './active-span.ts';

/** A context manager whose active context is whatever the test says. */
class OneContext {
  current: Context = ROOT_CONTEXT;
  active = () => this.current;
  disable = () => this;
}

afterEach(() => {
  context.disable();
});

test('reads the ids of the active span through the API that the application uses', () => {
  const manager = new OneContext();
  // The API asks a manager for no more than this here.
  context.setGlobalContextManager(manager as unknown as ContextManager);
  expect(activeSpan()).toBeUndefined();
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
  manager.current = trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: 1 });
  expect(activeSpan()).toEqual(ids);
});

test('without OpenTelemetry there is none', () => {
  expect(activeSpan()).toBeUndefined();
});
