import { createPayment, getPayment, type Payment, type Refund, refundPayment } from '@tracelab/contracts/payment';
import { ServiceClient } from '../service.client.ts';

export class PaymentClient extends ServiceClient {
  pay(body: unknown, idempotencyKey?: string): Promise<Payment> {
    return this.forward(createPayment, { body }, idempotencyKey);
  }

  get(payment_id: number): Promise<Payment> {
    return this.call(getPayment, { params: { payment_id } });
  }

  refund(payment_id: number, body: unknown): Promise<Refund> {
    return this.forward(refundPayment, { params: { payment_id }, body });
  }
}
