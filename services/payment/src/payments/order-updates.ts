import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OrderNotFound, StatusNotReachable } from '@tracelab/contracts/order';
import type { ProblemType } from '@tracelab/contracts/problem';
import { CallRefused } from '@tracelab/http';
import { OrderClient } from './order.client.ts';
import { type PaymentRow, PaymentsStore } from './payments.store.ts';

const SWEEP_MS = 2_000;
const SWEEP_SIZE = 50;

/**
 * Tells the order service what became of its payments. The payment is recorded first and stands; when telling fails,
 * a sweep repeats it until the order knows, or has said for good that it will not.
 */
@Injectable()
export class OrderUpdates implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(OrderUpdates.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;

  constructor(
    private readonly orders: OrderClient,
    private readonly store: PaymentsStore,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweep().finally(() => (this.sweeping = undefined));
    }, SWEEP_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Whether there is nothing left to tell. Never rejects. */
  async tell(payment: PaymentRow): Promise<boolean> {
    try {
      await this.changeStatus(payment);
      await this.store.orderKnows(payment);
      return true;
    } catch (error) {
      this.logger.warn(`order ${payment.order_id} does not know of payment ${payment.id} yet: ${String(error)}`);
      return false;
    }
  }

  private async changeStatus(payment: PaymentRow): Promise<void> {
    try {
      if (payment.status === 'refunded') await this.refunded(payment.order_id);
      else await this.orders.changeStatus(payment.order_id, 'completed');
    } catch (error) {
      if (!isRefusedAs(error, OrderNotFound, StatusNotReachable)) throw error;
      // Cancelled, or gone, while the card was charged. Asking again would change nothing, and hold up the others.
      this.logger.error(`order ${payment.order_id} refuses payment ${payment.id}, which stands: ${String(error)}`);
    }
  }

  private async refunded(orderId: number): Promise<void> {
    try {
      await this.orders.changeStatus(orderId, 'refunded');
    } catch (error) {
      if (!isRefusedAs(error, StatusNotReachable)) throw error;
      // The order has not heard yet that it was paid.
      await this.orders.changeStatus(orderId, 'completed');
      await this.orders.changeStatus(orderId, 'refunded');
    }
  }

  private async sweep(): Promise<void> {
    try {
      for (const payment of await this.store.ordersBehind(SWEEP_SIZE)) {
        if (!(await this.tell(payment))) return;
      }
    } catch (error) {
      this.logger.warn(`payments that orders should know of cannot be read: ${String(error)}`);
    }
  }
}

const isRefusedAs = (error: unknown, ...types: readonly ProblemType[]): boolean =>
  error instanceof CallRefused && types.some(({ code }) => code === error.problem.code);
