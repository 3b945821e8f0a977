import { Injectable } from '@nestjs/common';
import type { Order } from '@tracelab/contracts/order';
import type { PageQuery } from '@tracelab/contracts/page';
import { CreateUser, User } from '@tracelab/contracts/user';
import { validated } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { Cache } from '../cache/cache.ts';
import { Event, Key, Step } from '../telemetry.ts';
import { OrderClient } from './order.client.ts';
import { UserNotFoundError } from './users.errors.ts';
import { UsersStore } from './users.store.ts';

// A Redis may be another program's as well, with users of its own.
const keyOf = (id: number) => `tracelab:user:${id}`;

@Injectable()
export class UsersService {
  constructor(
    private readonly store: UsersStore,
    private readonly cache: Cache,
    private readonly simulation: Simulation,
    private readonly orders: OrderClient,
  ) {}

  @Step('get_user')
  async get(id: number): Promise<User> {
    setAttributes({ [Key.userId]: id });
    await this.simulation.delay('get_user');
    const user = (await this.fromCache(id)) ?? (await this.fromStore(id));
    setAttributes({ [Key.userFound]: user !== undefined });
    if (user === undefined) throw new UserNotFoundError(id);
    setAttributes({ [Key.userName]: user.name, [Key.userStatus]: user.status });
    return user;
  }

  list(page: PageQuery): Promise<User[]> {
    return this.store.list(page);
  }

  @Step('create_user')
  async create(body: unknown): Promise<User> {
    const asked = await this.validate(body);
    setAttributes({ [Key.userName]: asked.name });
    await this.simulation.delay('create_user');
    const user = await this.store.add(asked);
    setAttributes({ [Key.createdId]: user.id });
    addEvent(Event.userCreated, { [Key.createdId]: user.id });
    await this.cache.delete(keyOf(user.id));
    return user;
  }

  @Step('get_user_orders')
  async ordersOf(id: number, page: PageQuery): Promise<Order[]> {
    setAttributes({ [Key.userId]: id });
    const user = await this.get(id);
    await this.simulation.delay('get_user_orders');
    const orders = await this.orders.list({ ...page, user_id: user.id });
    setAttributes({ [Key.ordersCount]: orders.length });
    return orders;
  }

  @Step('validate_user_data')
  private async validate(body: unknown): Promise<CreateUser> {
    await this.simulation.delay('validate_user_data');
    return validated(CreateUser, body);
  }

  private async fromStore(id: number): Promise<User | undefined> {
    const user = await this.store.find(id);
    if (user !== undefined) await this.cache.set(keyOf(id), JSON.stringify(user));
    return user;
  }

  private async fromCache(id: number): Promise<User | undefined> {
    const text = await this.cache.get(keyOf(id));
    const cached = text === undefined ? undefined : userIn(text);
    addEvent(cached === undefined ? Event.cacheMiss : Event.cacheHit, { [Key.cacheKey]: keyOf(id) });
    return cached;
  }
}

// Another version of this service may have written another shape, another program anything; both count as a miss.
function userIn(text: string): User | undefined {
  try {
    return User.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON
  }
}
