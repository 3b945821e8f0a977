import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  changeOrderStatus,
  createOrder,
  getOrder,
  listOrders,
  type Order,
  OrderParams,
  OrdersQuery,
} from '@tracelab/contracts/order';
import { setAttributes } from '@tracelab/tracing';
import { finding, Key, TracedRoute } from '../telemetry.ts';
import { OrderClient } from './order.client.ts';

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrderClient) {}

  @TracedRoute(listOrders, 'list_orders_endpoint')
  list(@Query({ schema: OrdersQuery }) query: OrdersQuery): Promise<Order[]> {
    return this.orders.list(query);
  }

  @TracedRoute(getOrder, 'get_order_endpoint')
  get(@Param({ schema: OrderParams }) { order_id }: OrderParams): Promise<Order> {
    setAttributes({ [Key.orderIdOfPath]: order_id });
    return finding(Key.orderFound, this.orders.get(order_id));
  }

  @TracedRoute(createOrder, 'create_order_endpoint')
  async create(@Body() body: unknown): Promise<Order> {
    const order = await this.orders.create(body);
    setAttributes({
      [Key.orderUserId]: order.user_id,
      [Key.orderAmount]: order.amount,
      [Key.orderCreatedId]: order.id,
    });
    return order;
  }

  @TracedRoute(changeOrderStatus, 'change_order_status_endpoint')
  changeStatus(@Param({ schema: OrderParams }) { order_id }: OrderParams, @Body() body: unknown): Promise<Order> {
    setAttributes({ [Key.orderIdOfPath]: order_id });
    return this.orders.changeStatus(order_id, body);
  }
}
