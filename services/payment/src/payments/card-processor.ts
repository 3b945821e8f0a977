import { Injectable } from '@nestjs/common';
import { amountOf } from '@tracelab/contracts/money';
import type { DeclineReason, PaymentMethod } from '@tracelab/contracts/payment';
import { Simulation } from '@tracelab/simulation';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { Event, Key, Step } from '../telemetry.ts';
import { RefundFailedError } from './payments.errors.ts';
import type { Outcome } from './payments.store.ts';

const FEE_PER_MILLE = 29;

const REASONS: [DeclineReason, ...DeclineReason[]] = [
  'insufficient_funds',
  'card_declined',
  'expired_card',
  'invalid_cvv',
];

/** A company that charges cards, simulated: as slow as the method is, and declining some. */
@Injectable()
export class CardProcessor {
  constructor(private readonly simulation: Simulation) {}

  @Step('gateway_processing')
  async charge(method: PaymentMethod, amountCents: number): Promise<Outcome> {
    setAttributes({
      [Key.gatewayProvider]: 'mock_gateway',
      [Key.gatewayMethod]: method,
      [Key.gatewayAmount]: amountOf(amountCents),
    });
    const processingMs = await this.simulation.delay(method);
    setAttributes({ [Key.gatewayProcessingTime]: processingMs / 1000 });
    return this.simulation.fails('payment') ? this.declined(processingMs) : this.authorized(processingMs, amountCents);
  }

  /** Resolves with the refund's id; rejects when it is declined. */
  async refund(): Promise<string> {
    await this.simulation.delay('refund_payment');
    if (this.simulation.fails('refund')) throw new RefundFailedError();
    return `ref_${this.simulation.digits('refund', 6)}`;
  }

  private authorized(processingMs: number, amountCents: number): Outcome {
    const transactionId = `txn_${this.simulation.digits('transaction', 6)}`;
    const feeCents = Math.round((amountCents * FEE_PER_MILLE) / 1000);
    setAttributes({
      [Key.gatewaySuccess]: true,
      [Key.gatewayTransactionId]: transactionId,
      [Key.gatewayFee]: amountOf(feeCents),
    });
    addEvent(Event.authorized, { [Key.gatewayTransactionId]: transactionId });
    return { isSuccess: true, processingMs, transactionId, feeCents };
  }

  private declined(processingMs: number): Outcome {
    const errorCode = this.simulation.pick('decline', REASONS);
    setAttributes({ [Key.gatewaySuccess]: false, [Key.gatewayErrorCode]: errorCode });
    addEvent(Event.declined, { [Key.gatewayErrorCode]: errorCode });
    return { isSuccess: false, processingMs, errorCode };
  }
}
