import { expect, test } from '@jest/globals';
import {
  Span,
  addEvent,
  counter,
  currentTraceId,
  executionTree,
  logMixin,
  metricsText,
  recordError,
  setAttributes,
  withSpan,
} from './index.ts';

class Shop {
  @Span('shop.buy', { args: ['item'] })
  buy(item: string): Promise<string> {
    return Promise.resolve(item);
  }

  @Span()
  *items(): Generator<number> {
    yield 1;
  }
}

test('without a start everything works and records nothing', async () => {
  const orders = counter('orders.created');
  const result = withSpan('work', span => {
    setAttributes({ a: 1 });
    addEvent('event');
    recordError(new Error('no'));
    orders.add();
    return span.isRecording();
  });
  expect(result).toBe(false);
  await expect(new Shop().buy('tea')).resolves.toBe('tea');
  expect([...new Shop().items()]).toEqual([1]);
  expect(currentTraceId()).toBeUndefined();
  expect(executionTree()).toBeUndefined();
  expect(logMixin()).toEqual({});
  await expect(metricsText()).resolves.toBe('');
});
