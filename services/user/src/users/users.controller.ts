import { Body, Controller, Param, Query } from '@nestjs/common';
import type { Order } from '@tracelab/contracts/order';
import { PageQuery } from '@tracelab/contracts/page';
import { createUser, getUser, listUserOrders, listUsers, type User, UserParams } from '@tracelab/contracts/user';
import { Route } from '@tracelab/service-kit';
import { UsersService } from './users.service.ts';

@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Route(listUsers)
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<User[]> {
    return this.users.list(page);
  }

  @Route(getUser)
  get(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<User> {
    return this.users.get(user_id);
  }

  @Route(createUser)
  create(@Body() body: unknown): Promise<User> {
    return this.users.create(body);
  }

  @Route(listUserOrders)
  orders(
    @Param({ schema: UserParams }) { user_id }: UserParams,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Order[]> {
    return this.users.ordersOf(user_id, page);
  }
}
