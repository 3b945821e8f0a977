import { Body, Controller, Headers, Param } from '@nestjs/common';
import {
  createPayment,
  getPayment,
  IdempotencyKey,
  type Payment,
  PaymentParams,
  type Refund,
  refundPayment,
} from '@tracelab/contracts/payment';
import { parseRequest } from '@tracelab/service-kit';
import { setAttributes } from '@tracelab/tracing';
import { Key, TracedRoute } from '../telemetry.ts';
import { PaymentClient } from './payment.client.ts';

@Controller()
export class PaymentsController {
  constructor(private readonly payments: PaymentClient) {}

  @TracedRoute(createPayment, 'process_payment_endpoint')
  async pay(@Body() body: unknown, @Headers('idempotency-key') key?: string): Promise<Payment> {
    const payment = await this.payments.pay(body, parseRequest(IdempotencyKey, key, 'header.idempotency-key'));
    setAttributes({
      [Key.paymentOrderId]: payment.order_id,
      [Key.paymentAmount]: payment.amount,
      [Key.paymentStatus]: payment.status,
    });
    return payment;
  }

  @TracedRoute(getPayment, 'get_payment_endpoint')
  get(@Param({ schema: PaymentParams }) { payment_id }: PaymentParams): Promise<Payment> {
    setAttributes({ [Key.paymentId]: payment_id });
    return this.payments.get(payment_id);
  }

  @TracedRoute(refundPayment, 'refund_payment_endpoint')
  refund(@Param({ schema: PaymentParams }) { payment_id }: PaymentParams, @Body() body: unknown): Promise<Refund> {
    setAttributes({ [Key.paymentId]: payment_id });
    return this.payments.refund(payment_id, body);
  }
}
