import {
  changeOrderStatus,
  createOrder,
  getOrder,
  listOrders,
  type Order,
  type OrdersQuery,
} from '@tracelab/contracts/order';
import { ServiceClient } from '../service.client.ts';

export class OrderClient extends ServiceClient {
  get(order_id: number): Promise<Order> {
    return this.call(getOrder, { params: { order_id } });
  }

  list(query: OrdersQuery): Promise<Order[]> {
    return this.call(listOrders, { query });
  }

  create(body: unknown): Promise<Order> {
    return this.forward(createOrder, { body });
  }

  changeStatus(order_id: number, body: unknown): Promise<Order> {
    return this.forward(changeOrderStatus, { params: { order_id }, body });
  }
}
