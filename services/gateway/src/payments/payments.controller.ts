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
import { parseRequest, Route } from '@tracelab/service-kit';
import { PaymentClient } from './payment.client.ts';

@Controller()
export class PaymentsController {
  constructor(private readonly payments: PaymentClient) {}

  @Route(createPayment)
  pay(@Body() body: unknown, @Headers('idempotency-key') key?: string): Promise<Payment> {
    return this.payments.pay(body, parseRequest(IdempotencyKey, key, 'header.idempotency-key'));
  }

  @Route(getPayment)
  get(@Param({ schema: PaymentParams }) { payment_id }: PaymentParams): Promise<Payment> {
    return this.payments.get(payment_id);
  }

  @Route(refundPayment)
  refund(@Param({ schema: PaymentParams }) { payment_id }: PaymentParams, @Body() body: unknown): Promise<Refund> {
    return this.payments.refund(payment_id, body);
  }
}
