import { Injectable, Logger } from '@nestjs/common';
import { centsOf } from '@tracelab/contracts/money';
import { CreateOrder, type Order, type OrdersQuery, type OrderStatus } from '@tracelab/contracts/order';
import { parseRequest } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { OrderNotFoundError, OutOfStockError, StatusNotReachableError } from './orders.errors.ts';
import { OrdersStore } from './orders.store.ts';

const TAX_PERCENT = 8;

const REACHABLE: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['completed', 'cancelled'],
  completed: ['refunded'],
  cancelled: [],
  refunded: [],
};

@Injectable()
export class OrdersService {
  private readonly logger = new Logger(OrdersService.name);

  constructor(
    private readonly store: OrdersStore,
    private readonly simulation: Simulation,
  ) {}

  async get(id: number): Promise<Order> {
    await this.simulation.delay('get_order');
    const order = await this.store.find(id);
    if (order === undefined) throw new OrderNotFoundError(id);
    return order;
  }

  list(query: OrdersQuery): Promise<Order[]> {
    return this.store.list(query);
  }

  async create(body: unknown): Promise<Order> {
    const { user_id: userId, amount, items } = await this.validate(body);
    await this.checkInventory();
    const totalCents = await this.calculateTotal(centsOf(amount));
    await this.simulation.delay('create_order');
    const order = await this.store.add({ userId, totalCents, items });
    await this.notify(order);
    return order;
  }

  /** Asking for the status that the order has already changes nothing, so that a repeated request is harmless. */
  async changeStatus(id: number, to: OrderStatus): Promise<Order> {
    await this.simulation.delay('update_status');
    const order = await this.store.find(id);
    if (order === undefined) throw new OrderNotFoundError(id);
    if (order.status === to) return order;
    if (!REACHABLE[order.status].includes(to)) throw new StatusNotReachableError(order.status, to);
    return (await this.store.changeStatus(id, order.status, to)) ?? this.changeStatus(id, to);
  }

  private async validate(body: unknown): Promise<CreateOrder> {
    await this.simulation.delay('validate_order_data');
    return parseRequest(CreateOrder, body, 'body');
  }

  private async checkInventory(): Promise<void> {
    await this.simulation.delay('check_inventory');
    if (this.simulation.fails('inventory')) throw new OutOfStockError();
  }

  /** With tax, in whole cents. */
  private async calculateTotal(baseCents: number): Promise<number> {
    await this.simulation.delay('calculate_total');
    return baseCents + Math.round((baseCents * TAX_PERCENT) / 100);
  }

  /** The order stands, whether or not the customer hears of it. */
  private async notify(order: Order): Promise<void> {
    await this.simulation.delay('send_notification');
    if (this.simulation.fails('notification')) this.logger.warn(`no notification for order ${order.id}`);
  }
}
