import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  ChangeOrderStatus,
  changeOrderStatus,
  createOrder,
  getOrder,
  listOrders,
  type Order,
  OrderParams,
  OrdersQuery,
} from '@tracelab/contracts/order';
import { Route } from '@tracelab/service-kit';
import { OrdersService } from './orders.service.ts';

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

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
  changeStatus(
    @Param({ schema: OrderParams }) { order_id }: OrderParams,
    @Body({ schema: ChangeOrderStatus }) { status }: ChangeOrderStatus,
  ): Promise<Order> {
    return this.orders.changeStatus(order_id, status);
  }
}
