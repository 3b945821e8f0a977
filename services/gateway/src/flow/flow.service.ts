import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Flow, FlowStep } from '@tracelab/contracts/flow';
import type { Order } from '@tracelab/contracts/order';
import type { Payment } from '@tracelab/contracts/payment';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { OrderClient } from '../orders/order.client.ts';
import { PaymentClient } from '../payments/payment.client.ts';
import { UserClient } from '../users/user.client.ts';
import { Event, flows, Key } from '../telemetry.ts';
import { FlowFailed } from './flow.errors.ts';

const DEMO_ORDER = { amount: 99.99, items: ['item1', 'item2'] };
const DEMO_METHOD = 'credit_card';

/** What one run of the flow has done so far; a failure tells it. */
export interface FlowProgress extends Partial<Pick<Flow, 'user' | 'order'>> {
  readonly completed: readonly FlowStep[];
}

/** A user, an order for them, its payment: every service in one request. */
@Injectable()
export class FlowService {
  constructor(
    private readonly users: UserClient,
    private readonly orders: OrderClient,
    private readonly payments: PaymentClient,
  ) {}

  async run(userId: number): Promise<Flow> {
    setAttributes({ [Key.userId]: userId });
    const user = await this.step('user_retrieved', { completed: [] }, () => this.users.get(userId));
    const withUser: FlowProgress = { completed: ['user_retrieved'], user };
    const order = await this.step('order_created', withUser, () =>
      this.orders.create({ user_id: user.id, ...DEMO_ORDER }),
    );
    setAttributes({ [Key.orderId]: order.id });
    const withOrder: FlowProgress = { completed: ['user_retrieved', 'order_created'], user, order };
    const payment = await this.step('payment_processed', withOrder, () => this.pay(order));
    setAttributes({ [Key.paymentStatus]: payment.status });
    addEvent(Event.flowCompleted, { [Key.orderId]: order.id });
    flows.add(1, { [Key.flowStatus]: 'completed' });
    return { user, order, payment, flow_status: 'completed' };
  }

  // A key of its own for each flow: the client may repeat the call, the card is charged once.
  private pay({ id, amount }: Order): Promise<Payment> {
    return this.payments.pay({ order_id: id, amount, method: DEMO_METHOD }, randomUUID());
  }

  private async step<Result>(step: FlowStep, progress: FlowProgress, work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      setAttributes({ [Key.step]: step });
      return result;
    } catch (error) {
      const failed = FlowFailed.at(step, progress, error);
      setAttributes({ [Key.flowStatus]: 'failed', [Key.error]: failed.message });
      addEvent(Event.flowFailed, { [Key.step]: step });
      flows.add(1, { [Key.flowStatus]: 'failed', [Key.step]: step });
      throw failed;
    }
  }
}
