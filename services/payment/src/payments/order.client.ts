import { changeOrderStatus, getOrder, type Order, type OrderStatus } from '@tracelab/contracts/order';
import { call } from '@tracelab/http';
import { relaying } from '@tracelab/service-kit';

// Nobody who pays waits longer for the order to hear of it; the sweep repeats what failed.
const UPDATE_TIMEOUT_MS = 1_000;

const RETRY = { attempts: 3, baseDelayMs: 25 };

export class OrderClient {
  constructor(
    private readonly baseUrl: string,
    private readonly timeoutMs: number,
  ) {}

  get(order_id: number): Promise<Order> {
    return relaying(getOrder, call(getOrder, { params: { order_id } }, this.options));
  }

  changeStatus(order_id: number, status: OrderStatus): Promise<Order> {
    const timeoutMs = Math.min(this.timeoutMs, UPDATE_TIMEOUT_MS);
    return call(changeOrderStatus, { params: { order_id }, body: { status } }, { ...this.options, timeoutMs });
  }

  private get options() {
    return { baseUrl: this.baseUrl, timeoutMs: this.timeoutMs, retry: RETRY };
  }
}
