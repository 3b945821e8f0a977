import { z } from 'zod';

/** A path parameter or query value that is a whole number: a string on the wire. */
export const IntegerText = z
  .string()
  .regex(/^-?\d{1,10}$/, 'must be an integer')
  .transform(Number)
  .pipe(z.int().min(-2_147_483_648).max(2_147_483_647));

/** An id in a path. Any whole number is well-formed, also one that no row can have: that one is not found. */
export const IdText = z
  .string()
  .regex(/^-?\d{1,15}$/, 'must be an integer of at most 15 digits')
  .transform(Number)
  .pipe(z.int());

/** A page of a collection: at most `limit` items with an id above `after`. */
export const PageQuery = z.object({
  limit: IntegerText.pipe(z.int().min(1).max(100)).default(20).meta({ description: 'At most this many, 1 to 100' }),
  after: IntegerText.pipe(z.int().min(0)).default(0).meta({ description: 'Only items with a greater id' }),
});
export type PageQuery = z.output<typeof PageQuery>;
