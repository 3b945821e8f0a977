import { changeOrderStatus, getOrder, type Order, type OrderStatus } from '@tracelab/contracts/order';
import { call } from '@tracelab/http';
import { relaying } from '@tracelab/service-kit';

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
    return call(changeOrderStatus, { params: { order_id }, body: { status } }, this.options);
  }

  private get options() {
    return { baseUrl: this.baseUrl, timeoutMs: this.timeoutMs, retry: RETRY };
  }
}
