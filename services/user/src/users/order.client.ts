import { listOrders, type Order, type OrdersQuery } from '@tracelab/contracts/order';
import { call } from '@tracelab/http';

const RETRY = { attempts: 3, baseDelayMs: 25 };

export class OrderClient {
  constructor(
    private readonly baseUrl: string,
    private readonly timeoutMs: number,
  ) {}

  list(query: OrdersQuery): Promise<Order[]> {
    return call(listOrders, { query }, { baseUrl: this.baseUrl, timeoutMs: this.timeoutMs, retry: RETRY });
  }
}
