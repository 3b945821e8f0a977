import { Injectable, Logger } from '@nestjs/common';
import { amountOf, centsOf } from '@tracelab/contracts/money';
import { CreateOrder, type Order, type OrdersQuery, type OrderStatus } from '@tracelab/contracts/order';
import { validated } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { Event, inventoryKey, Key, ordersCreated, ordersOutOfStock, Step } from '../telemetry.ts';
import { OrderNotFoundError, OutOfStockError, StatusNotReachableError } from './orders.errors.ts';
import { OrdersStore } from './orders.store.ts';

const TAX_PERCENT = 8;
// A span holds so many attributes; a long order would push the others out.
const MOST_ITEMS_SHOWN = 20;

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

  @Step('get_order')
  async get(id: number): Promise<Order> {
    setAttributes({ [Key.orderId]: id });
    await this.simulation.delay('get_order');
    return this.found(id);
  }

  list(query: OrdersQuery): Promise<Order[]> {
    return this.store.list(query);
  }

  @Step('create_order')
  async create(body: unknown): Promise<Order> {
    const { user_id: userId, amount, items } = await this.validate(body);
    setAttributes({ [Key.orderUserId]: userId, [Key.orderAmount]: amount });
    addEvent(Event.orderValidated);
    await this.checkInventory(items);
    const totalCents = await this.calculateTotal(centsOf(amount));
    await this.simulation.delay('create_order');
    const order = await this.store.add({ userId, totalCents, items });
    setAttributes({ [Key.orderCreatedId]: order.id });
    addEvent(Event.orderCreated, { [Key.orderCreatedId]: order.id });
    ordersCreated.add();
    await this.notify(order);
    return order;
  }

  /** Asking for the status that the order has already changes nothing, so that a repeated request is harmless. */
  @Step('update_status')
  async changeStatus(id: number, to: OrderStatus): Promise<Order> {
    setAttributes({ [Key.orderId]: id, [Key.newStatus]: to });
    await this.simulation.delay('update_status');
    return this.moveTo(to, await this.found(id));
  }

  private async moveTo(to: OrderStatus, order: Order): Promise<Order> {
    const from = order.status;
    setAttributes({ [Key.orderOldStatus]: from, [Key.orderUpdated]: from !== to });
    if (from === to) return order;
    if (!REACHABLE[from].includes(to)) throw new StatusNotReachableError(from, to);
    const moved = await this.store.changeStatus(order.id, from, to);
    // Another request was faster: what it made of the order decides anew.
    if (moved === undefined) return this.moveTo(to, await this.found(order.id));
    addEvent(Event.statusChanged, { [Key.orderOldStatus]: from, [Key.newStatus]: to });
    return moved;
  }

  private async found(id: number): Promise<Order> {
    const order = await this.store.find(id);
    setAttributes({ [Key.orderFound]: order !== undefined });
    if (order === undefined) throw new OrderNotFoundError(id);
    setAttributes({
      [Key.orderUserId]: order.user_id,
      [Key.orderAmount]: order.amount,
      [Key.orderStatus]: order.status,
      [Key.orderItemsCount]: order.items.length,
    });
    return order;
  }

  @Step('validate_order_data')
  private async validate(body: unknown): Promise<CreateOrder> {
    await this.simulation.delay('validate_order_data');
    return validated(CreateOrder, body);
  }

  @Step('check_inventory')
  private async checkInventory(items: readonly string[]): Promise<void> {
    setAttributes({ [Key.itemsCount]: items.length });
    await this.simulation.delay('check_inventory');
    const isAvailable = !this.simulation.fails('inventory');
    setAttributes({ [Key.inventoryAvailable]: isAvailable });
    if (!isAvailable) {
      setAttributes({ [Key.inventoryError]: 'out_of_stock' });
      addEvent(Event.inventoryMissing);
      ordersOutOfStock.add();
      throw new OutOfStockError();
    }
    setAttributes(Object.fromEntries(items.slice(0, MOST_ITEMS_SHOWN).map(item => [inventoryKey(item), 'available'])));
    addEvent(Event.inventoryReserved, { [Key.itemsCount]: items.length });
  }

  /** With tax, in whole cents. */
  @Step('calculate_total')
  private async calculateTotal(baseCents: number): Promise<number> {
    await this.simulation.delay('calculate_total');
    const taxCents = Math.round((baseCents * TAX_PERCENT) / 100);
    setAttributes({
      [Key.baseAmount]: amountOf(baseCents),
      [Key.taxRate]: TAX_PERCENT / 100,
      [Key.tax]: amountOf(taxCents),
      [Key.total]: amountOf(baseCents + taxCents),
    });
    return baseCents + taxCents;
  }

  /** The order stands, whether or not the customer hears of it. */
  @Step('send_notification')
  private async notify(order: Order): Promise<void> {
    setAttributes({ [Key.notificationOrderId]: order.id, [Key.notificationUserId]: order.user_id });
    await this.simulation.delay('send_notification');
    const isSent = !this.simulation.fails('notification');
    setAttributes({ [Key.notificationSuccess]: isSent });
    if (isSent) {
      setAttributes({ [Key.notificationType]: 'email' });
      addEvent(Event.notificationSent);
      return;
    }
    setAttributes({ [Key.notificationError]: 'delivery_failed' });
    addEvent(Event.notificationFailed);
    this.logger.warn(`no notification for order ${order.id}`);
  }
}
