import 'reflect-metadata';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { SetMetadata } from '@nestjs/common';
import { of } from 'rxjs';
import { traceToMemory } from '../test/memory-tracing.ts';
import { Span, withSpan } from './index.ts';

const memory = traceToMemory();

beforeEach(() => memory.reset());
afterAll(() => memory.tracing.shutdown());

class Orders {
  #secret = 'kept';

  @Span()
  plain(a: number, b: number): number {
    return a + b + this.#secret.length;
  }

  @Span('order_service.create_order', {
    args: ['order.user_id', undefined, 'order.note'],
    attributes: { service: 'order' },
  })
  async create(userId: number, _card: string, note: object): Promise<number> {
    await Promise.resolve(note);
    return withSpan('inside', () => userId);
  }

  @Span('orders.stream')
  stream() {
    return of(1, 2);
  }

  @Span('orders.pages')
  *pages(): Generator<number, string, number> {
    const given = yield 1;
    withSpan('page', () => given);
    return 'done';
  }

  @Span('orders.rows')
  async *rows(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
    withSpan('row', () => undefined);
    yield 2;
  }

  @Span('orders.fail')
  *fails(): Generator<number> {
    yield 1;
    throw new Error('half-way');
  }

  @Span()
  static make(): Orders {
    return new Orders();
  }
}

test('the name defaults to class and method, static or not, and private fields work', async () => {
  expect(Orders.make().plain(1, 2)).toBe(7);
  expect(await memory.shapes()).toEqual(['Orders.make', 'Orders.plain']);
});

test('only listed arguments are seen, and of these only plain values', async () => {
  await expect(new Orders().create(7, '4111 1111 1111 1111', { a: 1 })).resolves.toBe(7);
  const spans = await memory.spans();
  expect(await memory.shapes()).toEqual(['order_service.create_order [inside]']);
  expect(spans[1]?.attributes).toEqual({ service: 'order', 'order.user_id': 7 });
});

test('an Observable keeps its operators and ends its span by itself', async () => {
  const values: number[] = [];
  new Orders().stream().subscribe(value => values.push(value));
  expect(values).toEqual([1, 2]);
  expect(await memory.shapes()).toEqual(['orders.stream']);
});

test('a generator is one span from its first step to its last, with what its body does inside', async () => {
  const pages = new Orders().pages();
  expect(await memory.shapes()).toEqual([]);
  expect(pages.next()).toEqual({ value: 1, done: false });
  expect(pages.next(5)).toEqual({ value: 'done', done: true });
  const rows: number[] = [];
  for await (const row of new Orders().rows()) rows.push(row);
  expect(rows).toEqual([1, 2]);
  expect(() => [...new Orders().fails()]).toThrow('half-way');
  for (const row of new Orders().fails()) if (row === 1) break;
  expect(await memory.shapes()).toEqual(['orders.pages [page]', 'orders.rows [row]', 'orders.fail!', 'orders.fail']);
});

test('name, length and the metadata of other decorators stay', () => {
  class Guarded {
    @SetMetadata('roles', ['above'])
    @Span()
    @SetMetadata('below', true)
    method(a: number, b: number): number {
      return a + b;
    }
  }
  const method: object = Object.getOwnPropertyDescriptor(Guarded.prototype, 'method')?.value;
  expect([Reflect.get(method, 'name'), Reflect.get(method, 'length')]).toEqual(['method', 2]);
  expect(Reflect.getMetadata('below', method)).toBe(true);
  expect(Reflect.getMetadata('roles', method)).toEqual(['above']);
});

test('a standard decorator call works too', async () => {
  const decorate = Span() as unknown as (method: () => number, context: object) => () => number;
  const traced = decorate(() => 5, { kind: 'method', name: 'five' });
  expect(traced()).toBe(5);
  expect(await memory.shapes()).toEqual(['five']);
});
