import type { Order } from '@tracelab/contracts/order';
import type { PageQuery } from '@tracelab/contracts/page';
import { createUser, getUser, listUserOrders, listUsers, type User } from '@tracelab/contracts/user';
import { ServiceClient } from '../service.client.ts';

export class UserClient extends ServiceClient {
  get(user_id: number): Promise<User> {
    return this.call(getUser, { params: { user_id } });
  }

  list(query: PageQuery): Promise<User[]> {
    return this.call(listUsers, { query });
  }

  create(body: unknown): Promise<User> {
    return this.forward(createUser, { body });
  }

  ordersOf(user_id: number, query: PageQuery): Promise<Order[]> {
    return this.call(listUserOrders, { params: { user_id }, query });
  }
}
