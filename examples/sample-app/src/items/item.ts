import { z } from 'zod';

export const ItemFields = z.object({
  title: z.string().min(1).max(500),
  description: z.string().max(10_000).nullable().default(null),
  priority: z.number().int().min(1).max(5).default(1),
});
export type ItemFields = z.infer<typeof ItemFields>;

export const ItemChanges = z.object({
  title: z.string().min(1).max(500).exactOptional(),
  description: z.string().max(10_000).nullable().exactOptional(),
  priority: z.number().int().min(1).max(5).exactOptional(),
  is_completed: z.boolean().exactOptional(),
});
export type ItemChanges = z.infer<typeof ItemChanges>;

export const ItemParams = z.object({ item_id: z.coerce.number().int().positive() });
export type ItemParams = z.infer<typeof ItemParams>;

export const Completion = z.object({ completed: z.stringbool().default(true) });
export type Completion = z.infer<typeof Completion>;

export interface Item {
  readonly title: string;
  readonly description: string | null;
  readonly priority: number;
  readonly id: number;
  readonly is_completed: boolean;
  readonly created_at: string;
  readonly owner_id: number;
}
