import { Body, Controller, Param, Query } from '@nestjs/common';
import type { Order } from '@tracelab/contracts/order';
import { PageQuery } from '@tracelab/contracts/page';
import { createUser, getUser, listUserOrders, listUsers, type User, UserParams } from '@tracelab/contracts/user';
import { setAttributes } from '@tracelab/tracing';
import { finding, Key, TracedRoute } from '../telemetry.ts';
import { UserClient } from './user.client.ts';

@Controller()
export class UsersController {
  constructor(private readonly users: UserClient) {}

  @TracedRoute(listUsers, 'list_users_endpoint')
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<User[]> {
    return this.users.list(page);
  }

  @TracedRoute(getUser, 'get_user_endpoint')
  get(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<User> {
    setAttributes({ [Key.userId]: user_id });
    return finding(Key.userFound, this.users.get(user_id));
  }

  @TracedRoute(createUser, 'create_user_endpoint')
  async create(@Body() body: unknown): Promise<User> {
    const user = await this.users.create(body);
    setAttributes({ [Key.userName]: user.name, [Key.userCreatedId]: user.id });
    return user;
  }

  @TracedRoute(listUserOrders, 'get_user_orders_endpoint')
  orders(
    @Param({ schema: UserParams }) { user_id }: UserParams,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Order[]> {
    setAttributes({ [Key.userId]: user_id });
    return this.users.ordersOf(user_id, page);
  }
}
