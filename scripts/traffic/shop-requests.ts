import { runFlow } from '@tracelab/contracts/flow';
import { createOrder, getOrder } from '@tracelab/contracts/order';
import { createPayment, type PaymentMethod } from '@tracelab/contracts/payment';
import { getHealth } from '@tracelab/contracts/service';
import { createUser, getUser } from '@tracelab/contracts/user';
import { type PlannedRequest, requestTo } from '../sending/planned-request.ts';

// What visitors ask the shop for. A mistake is made on purpose: its refusal is expected.

const MALFORMED = 422;

export const health = (): PlannedRequest => requestTo(getHealth, {});
export const user = (user_id: number): PlannedRequest => requestTo(getUser, { params: { user_id } });
export const order = (order_id: number): PlannedRequest => requestTo(getOrder, { params: { order_id } });
export const flow = (user_id: number): PlannedRequest => requestTo(runFlow, { params: { user_id } });

export const newUser = (name: string): PlannedRequest =>
  requestTo(createUser, { body: { name, email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com` } });

export const newOrder = (user_id: number, amount: number, items: string[]): PlannedRequest =>
  requestTo(createOrder, { body: { user_id, amount, items } });

export const payment = (
  of: { readonly id: number; readonly amount: number },
  method: PaymentMethod,
  idempotencyKey?: string,
): PlannedRequest => ({
  ...requestTo(createPayment, { body: { order_id: of.id, amount: of.amount, method } }),
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
});

/** An order without its user and with a price below nothing. */
export const malformedOrder = (): PlannedRequest =>
  mistaken({ ...requestTo(createOrder, { body: { user_id: 1, amount: 1 } }), body: { amount: -50 } });

/** A payment by a method that nobody has. */
export const malformedPayment = (): PlannedRequest =>
  mistaken({
    ...requestTo(createPayment, { body: { order_id: 1, amount: 1, method: 'paypal' } }),
    body: { order_id: 101, amount: 10, method: 'barter' },
  });

function mistaken(request: PlannedRequest): PlannedRequest {
  return { ...request, expectedStatuses: [...request.expectedStatuses, MALFORMED] };
}
