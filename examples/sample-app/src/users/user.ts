import { z } from 'zod';
import type { Item } from '../items/item.ts';

export const UserFields = z.object({
  username: z.string().min(1).max(100),
  email: z.email(),
  password: z.string().min(1).max(1_000),
});
export type UserFields = z.infer<typeof UserFields>;

export const UserChanges = z.object({
  username: UserFields.shape.username.exactOptional(),
  email: UserFields.shape.email.exactOptional(),
  password: UserFields.shape.password.exactOptional(),
  is_active: z.boolean().exactOptional(),
});
export type UserChanges = z.infer<typeof UserChanges>;

export const UserParams = z.object({ user_id: z.coerce.number().int().positive() });
export type UserParams = z.infer<typeof UserParams>;

export const Page = z.object({
  skip: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export type Page = z.infer<typeof Page>;

/** As answered: the password never leaves the database. */
export interface User {
  readonly username: string;
  readonly email: string;
  readonly id: number;
  readonly is_active: boolean;
  readonly created_at: string;
  readonly items: readonly Item[];
}
