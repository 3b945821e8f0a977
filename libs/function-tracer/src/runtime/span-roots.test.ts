import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Context, context, type ContextManager, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { createRoot } from './request-root.ts';
import { SpanRoots } from './span-roots.ts';

let current: Context = ROOT_CONTEXT;
const traceId = '0af7651916cd43dd8448eb211c80319c';
const [server, query] = ['b7ad6b7169203331', 'b7ad6b7169203332'];

function activate(spanId: string): void {
  current = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
}

beforeEach(() => {
  current = ROOT_CONTEXT;
  const manager = { active: () => current, disable: () => undefined };
  // The API asks a manager for no more than this here.
  context.setGlobalContextManager(manager as unknown as ContextManager);
});
afterEach(() => {
  context.disable();
});

test('asks for spans only once the application has set OpenTelemetry up', () => {
  const roots = new SpanRoots(() => 'all');
  roots.look();
  expect(roots.isActive).toBe(true);
  context.disable();
  roots.look();
  expect(roots.isActive).toBe(false);
});

test('a call in a request carries the ids of the span active around it, one root for each span', () => {
  const roots = new SpanRoots(() => 'all');
  const request = createRoot({ requestId: 'r-1', traceId: undefined, spanId: undefined, writes: 'failures' });
  expect(roots.under(request)).toBe(request);
  activate(server);
  const first = roots.under(request);
  expect(first).toMatchObject({ requestId: 'r-1', traceId, spanId: server, writes: 'failures' });
  activate(query);
  expect(roots.under(first)).toMatchObject({ requestId: 'r-1', spanId: query, request });
  activate(server);
  expect(roots.under(request)).toBe(first);
  expect(roots.firstIn(request)).toBe(first);
});

test('a call outside requests joins the span alone', () => {
  const roots = new SpanRoots(() => 'nothing');
  expect(roots.under(undefined)).toBeUndefined();
  activate(server);
  const root = roots.under(undefined);
  expect(root).toMatchObject({ requestId: undefined, traceId, spanId: server, writes: 'nothing' });
  expect(roots.under(undefined)).toBe(root);
});
