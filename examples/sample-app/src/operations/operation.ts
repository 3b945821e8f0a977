import { z } from 'zod';

/** More would be a program that asks for its own end: the tree has width to the power of depth nodes. */
const maxNodes = 500;

export const Tree = z
  .object({
    depth: z.coerce.number().int().min(0).max(8).default(3),
    width: z.coerce.number().int().min(1).max(10).default(2),
  })
  .refine(({ depth, width }) => width ** depth <= maxNodes, {
    message: `depth and width ask for more than ${maxNodes} operations`,
  });
export type Tree = z.infer<typeof Tree>;

export const ErrorChance = z.object({ error_probability: z.coerce.number().min(0).max(1).default(0.5) });
export type ErrorChance = z.infer<typeof ErrorChance>;

export type OperationNode =
  | { readonly operation_id: string; readonly depth: number; readonly result: string }
  | {
      readonly operation_id: string;
      readonly depth: number;
      readonly results: Readonly<Record<string, unknown>>;
      readonly children: readonly OperationNode[];
    };
