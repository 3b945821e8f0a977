import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OrderClient } from './order.client.ts';
import { type PaymentRow, PaymentsStore } from './payments.store.ts';

const SWEEP_MS = 2_000;
const SWEEP_SIZE = 50;

/**
 * Tells the order service what became of its payments. The payment is recorded first and stands; when telling fails,
 * a sweep repeats it until the order knows.
 */
@Injectable()
export class OrderUpdates implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(OrderUpdates.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly orders: OrderClient,
    private readonly store: PaymentsStore,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweeping = this.sweep();
    }, SWEEP_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Whether the order knows now. */
  async tell(payment: PaymentRow): Promise<boolean> {
    try {
      await this.orders.changeStatus(payment.order_id, payment.status === 'refunded' ? 'refunded' : 'completed');
      await this.store.orderKnows(payment);
      return true;
    } catch (error) {
      this.logger.warn(`order ${payment.order_id} does not know of payment ${payment.id} yet: ${String(error)}`);
      return false;
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
