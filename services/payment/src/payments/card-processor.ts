import { Injectable } from '@nestjs/common';
import type { DeclineReason, PaymentMethod } from '@tracelab/contracts/payment';
import { Simulation } from '@tracelab/simulation';
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

  async charge(method: PaymentMethod, amountCents: number): Promise<Outcome> {
    const processingMs = await this.simulation.delay(method);
    if (this.simulation.fails('payment')) {
      return { isSuccess: false, processingMs, errorCode: this.simulation.pick('decline', REASONS) };
    }
    return {
      isSuccess: true,
      processingMs,
      transactionId: `txn_${this.simulation.digits('transaction', 6)}`,
      feeCents: Math.round((amountCents * FEE_PER_MILLE) / 1000),
    };
  }

  /** Resolves with the refund's id; rejects when it is declined. */
  async refund(): Promise<string> {
    await this.simulation.delay('refund_payment');
    if (this.simulation.fails('refund')) throw new RefundFailedError();
    return `ref_${this.simulation.digits('refund', 6)}`;
  }
}
