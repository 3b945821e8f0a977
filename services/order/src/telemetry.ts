import { counter, Span } from '@tracelab/tracing';

/** The attributes that this service writes; each key stands here and nowhere else. */
export const Key = {
  service: 'service',
  operation: 'operation',
  orderId: 'order_id',
  newStatus: 'new_status',
  orderFound: 'order.found',
  orderUserId: 'order.user_id',
  orderAmount: 'order.amount',
  orderStatus: 'order.status',
  orderItemsCount: 'order.items_count',
  orderCreatedId: 'order.created_id',
  orderOldStatus: 'order.old_status',
  orderUpdated: 'order.updated',
  itemsCount: 'items.count',
  inventoryAvailable: 'inventory.available',
  inventoryError: 'inventory.error',
  baseAmount: 'calculation.base_amount',
  taxRate: 'calculation.tax_rate',
  tax: 'calculation.tax',
  total: 'calculation.total',
  notificationOrderId: 'notification.order_id',
  notificationUserId: 'notification.user_id',
  notificationSuccess: 'notification.success',
  notificationType: 'notification.type',
  notificationError: 'notification.error',
} as const;

/** `inventory.<item>`: the state of one item. */
export const inventoryKey = (item: string): string => `inventory.${item}`;

/** The events that this service tells. */
export const Event = {
  orderValidated: 'order.validated',
  inventoryReserved: 'inventory.reserved',
  inventoryMissing: 'inventory.out_of_stock',
  orderCreated: 'order.created',
  statusChanged: 'order.status_changed',
  notificationSent: 'notification.sent',
  notificationFailed: 'notification.failed',
} as const;

export const ordersCreated = counter('shop.orders.created', { description: 'Orders placed.', unit: '{order}' });
export const ordersOutOfStock = counter('shop.orders.out_of_stock', {
  description: 'Orders refused for want of stock.',
  unit: '{order}',
});

/** A step of the order service, as a span. */
export const Step = (operation: string) =>
  Span(`order_service.${operation}`, { attributes: { [Key.service]: 'order', [Key.operation]: operation } });
