import { Span } from '@tracelab/tracing';

/** The attributes that this service writes; each key stands here and nowhere else. */
export const Key = {
  service: 'service',
  operation: 'operation',
  userId: 'user_id',
  userFound: 'user.found',
  userName: 'user.name',
  userStatus: 'user.status',
  createdId: 'user.created_id',
  ordersCount: 'orders.count',
  cacheKey: 'cache.key',
} as const;

/** The events that this service tells. */
export const Event = {
  cacheHit: 'cache.hit',
  cacheMiss: 'cache.miss',
  userCreated: 'user.created',
} as const;

/** A step of the user service, as a span. */
export const Step = (operation: string) =>
  Span(`user_service.${operation}`, { attributes: { [Key.service]: 'user', [Key.operation]: operation } });
