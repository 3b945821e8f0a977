import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { OrderAmount } from './money.ts';
import { IdText, IntegerText, PageQuery } from './page.ts';
import { problemType } from './problem.ts';
import { Text } from './text.ts';

export const OrderStatus = z.enum(['pending', 'completed', 'cancelled', 'refunded']);
export type OrderStatus = z.infer<typeof OrderStatus>;

export const Order = z
  .object({
    id: z.int(),
    user_id: z.int(),
    /** With tax. */
    amount: z.number(),
    items: z.array(z.string()),
    status: OrderStatus,
  })
  .meta({
    id: 'Order',
    examples: [{ id: 101, user_id: 1, amount: 29.99, items: ['item1', 'item2'], status: 'completed' }],
  });
export type Order = z.infer<typeof Order>;

export const CreateOrder = z
  .object({
    user_id: z.int().min(1).max(2_147_483_647),
    /** Before tax. */
    amount: OrderAmount,
    items: z.array(Text.max(100)).max(100).default([]),
  })
  .meta({ id: 'CreateOrder', examples: [{ user_id: 1, amount: 99.99, items: ['item1'] }] });
export type CreateOrder = z.infer<typeof CreateOrder>;

export const OrderParams = z.object({ order_id: IdText.meta({ examples: ['101'] }) });
export type OrderParams = z.output<typeof OrderParams>;

export const OrdersQuery = PageQuery.extend({
  user_id: IntegerText.optional().meta({ description: "Only this user's orders", examples: ['1'] }),
});
export type OrdersQuery = z.output<typeof OrdersQuery>;

export const ChangeOrderStatus = z.object({ status: OrderStatus }).meta({ examples: [{ status: 'completed' }] });
export type ChangeOrderStatus = z.infer<typeof ChangeOrderStatus>;

export const OrderNotFound = problemType({ code: 'OrderNotFound', kind: 'not-found', title: 'No such order' });
export const OutOfStock = problemType({ code: 'OutOfStock', kind: 'conflict', title: 'Some items are out of stock' });
export const StatusNotReachable = problemType({
  code: 'StatusNotReachable',
  kind: 'conflict',
  title: 'The order cannot go from its status to that one',
});

export const getOrder = endpoint({
  method: 'GET',
  path: '/orders/{order_id}',
  summary: 'One order',
  params: OrderParams,
  response: Order,
  errors: [OrderNotFound],
});

export const listOrders = endpoint({
  method: 'GET',
  path: '/orders',
  summary: 'Orders, by id',
  query: OrdersQuery,
  response: z.array(Order),
});

export const createOrder = endpoint({
  method: 'POST',
  path: '/orders',
  summary: 'Place an order: checked, reserved, taxed, kept as pending',
  body: CreateOrder,
  response: Order,
  status: 201,
  errors: [OutOfStock],
});

export const changeOrderStatus = endpoint({
  method: 'PATCH',
  path: '/orders/{order_id}/status',
  summary: 'Move an order to another status',
  params: OrderParams,
  body: ChangeOrderStatus,
  response: Order,
  errors: [OrderNotFound, StatusNotReachable],
});
