import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { Order } from './order.ts';
import { IdText, PageQuery } from './page.ts';
import { problemType } from './problem.ts';
import { Text } from './text.ts';

export const User = z
  .object({
    id: z.int(),
    name: z.string(),
    email: z.string(),
    status: z.enum(['active', 'inactive']),
  })
  .meta({ id: 'User', examples: [{ id: 1, name: 'John Doe', email: 'john@example.com', status: 'active' }] });
export type User = z.infer<typeof User>;

export const CreateUser = z
  .object({ name: Text.max(200), email: Text.max(320) })
  .meta({ id: 'CreateUser', examples: [{ name: 'Ada Lovelace', email: 'ada@example.com' }] });
export type CreateUser = z.infer<typeof CreateUser>;

export const UserParams = z.object({ user_id: IdText.meta({ examples: ['1'] }) });
export type UserParams = z.output<typeof UserParams>;

export const UserNotFound = problemType({ code: 'UserNotFound', kind: 'not-found', title: 'No such user' });

export const getUser = endpoint({
  method: 'GET',
  path: '/users/{user_id}',
  summary: 'One user',
  params: UserParams,
  response: User,
  errors: [UserNotFound],
});

export const listUsers = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'Users, by id',
  query: PageQuery,
  response: z.array(User),
});

export const createUser = endpoint({
  method: 'POST',
  path: '/users',
  summary: 'Add a user',
  body: CreateUser,
  response: User,
  status: 201,
});

export const listUserOrders = endpoint({
  method: 'GET',
  path: '/users/{user_id}/orders',
  summary: "A user's orders, by id",
  params: UserParams,
  query: PageQuery,
  response: z.array(Order),
  errors: [UserNotFound],
});
