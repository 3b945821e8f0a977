import { Body, Controller, Headers, Param } from '@nestjs/common';
import {
  createPayment,
  getPayment,
  IdempotencyKey,
  type Payment,
  PaymentParams,
  type Refund,
  RefundPayment,
  refundPayment,
} from '@tracelab/contracts/payment';
import { parseRequest, Route } from '@tracelab/service-kit';
import { PaymentsService } from './payments.service.ts';

@Controller()
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Route(createPayment)
  pay(@Body() body: unknown, @Headers('idempotency-key') key?: string): Promise<Payment> {
    return this.payments.pay(body, parseRequest(IdempotencyKey, key, 'header.idempotency-key'));
  }

  @Route(getPayment)
  get(@Param({ schema: PaymentParams }) { payment_id }: PaymentParams): Promise<Payment> {
    return this.payments.get(payment_id);
  }

  @Route(refundPayment)
  refund(
    @Param({ schema: PaymentParams }) { payment_id }: PaymentParams,
    @Body({ schema: RefundPayment }) refund: RefundPayment,
  ): Promise<Refund> {
    return this.payments.refund(payment_id, refund);
  }
}
