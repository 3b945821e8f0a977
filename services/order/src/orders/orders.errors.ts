import { OrderNotFound, type OrderStatus, OutOfStock, StatusNotReachable } from '@tracelab/contracts/order';
import { DomainError } from '@tracelab/service-kit';

export class OrderNotFoundError extends DomainError {
  readonly type = OrderNotFound;

  constructor(id: number) {
    super(`Order ${id} not found`);
  }
}

export class OutOfStockError extends DomainError {
  readonly type = OutOfStock;

  constructor() {
    super('Some items are out of stock');
  }
}

export class StatusNotReachableError extends DomainError {
  readonly type = StatusNotReachable;

  constructor(from: OrderStatus, to: OrderStatus) {
    super(`An order that is ${from} cannot become ${to}`);
  }
}
