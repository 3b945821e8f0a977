import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { createOrder, Order } from './order.ts';
import { createPayment, Payment } from './payment.ts';
import { getUser, User, UserParams } from './user.ts';

export const FlowStep = z.enum(['user_retrieved', 'order_created', 'payment_processed']);
export type FlowStep = z.infer<typeof FlowStep>;

export const Flow = z
  .object({ user: User, order: Order, payment: Payment, flow_status: z.literal('completed') })
  .meta({ id: 'Flow' });
export type Flow = z.infer<typeof Flow>;

/** What a problem of the flow has beside the standard members: the step that failed, and what was done before it. */
export const FlowFailure = z
  .object({
    flow_status: z.literal('failed'),
    step: FlowStep,
    completed: z.array(FlowStep),
    user: User.optional(),
    order: Order.optional(),
  })
  .meta({
    id: 'FlowFailure',
    examples: [{ flow_status: 'failed', step: 'order_created', completed: ['user_retrieved'] }],
  });
export type FlowFailure = z.infer<typeof FlowFailure>;

export const runFlow = endpoint({
  method: 'GET',
  path: '/demo/full-flow/{user_id}',
  summary: 'A user, an order, its payment: one request through every service',
  params: UserParams,
  response: Flow,
  failure: FlowFailure,
  errors: [...getUser.errors, ...createOrder.errors, ...createPayment.errors],
});
