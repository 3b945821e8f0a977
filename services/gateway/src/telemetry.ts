import { applyDecorators } from '@nestjs/common';
import type { EndpointDefinition } from '@tracelab/contracts/endpoint';
import { DomainError, Route } from '@tracelab/service-kit';
import { counter, setAttributes, Span } from '@tracelab/tracing';

/** The attributes that the gateway writes; each key stands here and nowhere else. */
export const Key = {
  endpoint: 'endpoint',
  method: 'method',
  userId: 'user_id',
  userName: 'user.name',
  userFound: 'user.found',
  userCreatedId: 'user.created_id',
  orderIdOfPath: 'order_id',
  orderFound: 'order.found',
  orderId: 'order.id',
  orderUserId: 'order.user_id',
  orderAmount: 'order.amount',
  orderCreatedId: 'order.created_id',
  paymentId: 'payment.id',
  paymentOrderId: 'payment.order_id',
  paymentAmount: 'payment.amount',
  paymentStatus: 'payment.status',
  step: 'step',
  flowStatus: 'flow_status',
  error: 'error',
} as const;

/** The events that the gateway tells. */
export const Event = { flowCompleted: 'flow.completed', flowFailed: 'flow.failed' } as const;

export const flows = counter('shop.flows', { description: 'Full flows by outcome and step.', unit: '{flow}' });

/** Serves an endpoint of the contract, as a span that carries the endpoint's name and template. */
export const TracedRoute = (endpoint: EndpointDefinition, name: string): MethodDecorator =>
  applyDecorators(
    Route(endpoint),
    Span(name, { attributes: { [Key.endpoint]: endpoint.path, [Key.method]: endpoint.method } }) as MethodDecorator,
  );

/** Awaits a look-up, and writes on the endpoint's span whether there was such a thing. */
export async function finding<Result>(key: string, answer: Promise<Result>): Promise<Result> {
  try {
    const result = await answer;
    setAttributes({ [key]: true });
    return result;
  } catch (error) {
    if (error instanceof DomainError && error.type.kind === 'not-found') {
      setAttributes({ [key]: false, [Key.error]: error.message });
    }
    throw error;
  }
}
