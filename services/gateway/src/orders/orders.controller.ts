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
import { Route } from '@tracelab/service-kit';
import { OrderClient } from './order.client.ts';

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrderClient) {}

  @Route(listOrders)
  list(@Query({ schema: OrdersQuery }) query: OrdersQuery): Promise<Order[]> {
    return this.orders.list(query);
  }

  @Route(getOrder)
  get(@Param({ schema: OrderParams }) { order_id }: OrderParams): Promise<Order> {
    return this.orders.get(order_id);
  }

  @Route(createOrder)
  create(@Body() body: unknown): Promise<Order> {
    return this.orders.create(body);
  }

  @Route(changeOrderStatus)
  changeStatus(@Param({ schema: OrderParams }) { order_id }: OrderParams, @Body() body: unknown): Promise<Order> {
    return this.orders.changeStatus(order_id, body);
  }
}
