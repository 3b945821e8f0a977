import { Injectable } from '@nestjs/common';
import type { Order } from '@tracelab/contracts/order';
import type { PageQuery } from '@tracelab/contracts/page';
import { CreateUser, User } from '@tracelab/contracts/user';
import { parseRequest } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { Cache } from '../cache/cache.ts';
import { OrderClient } from './order.client.ts';
import { UserNotFoundError } from './users.errors.ts';
import { UsersStore } from './users.store.ts';

const keyOf = (id: number) => `user:${id}`;

@Injectable()
export class UsersService {
  constructor(
    private readonly store: UsersStore,
    private readonly cache: Cache,
    private readonly simulation: Simulation,
    private readonly orders: OrderClient,
  ) {}

  async get(id: number): Promise<User> {
    await this.simulation.delay('get_user');
    const cached = await this.fromCache(id);
    if (cached) return cached;
    const user = await this.store.find(id);
    if (user === undefined) throw new UserNotFoundError(id);
    await this.cache.set(keyOf(id), JSON.stringify(user));
    return user;
  }

  list(page: PageQuery): Promise<User[]> {
    return this.store.list(page);
  }

  async create(body: unknown): Promise<User> {
    const asked = await this.validate(body);
    await this.simulation.delay('create_user');
    const user = await this.store.add(asked);
    await this.cache.delete(keyOf(user.id));
    return user;
  }

  async ordersOf(id: number, page: PageQuery): Promise<Order[]> {
    const user = await this.get(id);
    await this.simulation.delay('get_user_orders');
    return this.orders.list({ ...page, user_id: user.id });
  }

  private async validate(body: unknown): Promise<CreateUser> {
    await this.simulation.delay('validate_user_data');
    return parseRequest(CreateUser, body, 'body');
  }

  // What another version of this service wrote may have another shape; it then counts as a miss.
  private async fromCache(id: number): Promise<User | undefined> {
    const text = await this.cache.get(keyOf(id));
    return text === undefined ? undefined : User.safeParse(JSON.parse(text)).data;
  }
}
