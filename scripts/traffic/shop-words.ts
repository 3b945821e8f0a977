import type { PaymentMethod } from '@tracelab/contracts/payment';

export const names = ['Ada Lovelace', 'Alan Turing', 'Grace Hopper', 'Barbara Liskov', 'Edsger Dijkstra'] as const;

/** How visitors pay; a bank transfer is nobody's habit. */
export const flowPaymentMethods: readonly [PaymentMethod, ...PaymentMethod[]] = ['credit_card', 'debit_card', 'paypal'];
