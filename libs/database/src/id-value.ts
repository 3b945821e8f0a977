import { type RawBuilder, sql } from 'kysely';

/** An id from outside, to compare with a column: one beyond the column's range is equal to none, instead of an error. */
export const idValue = (id: number): RawBuilder<number> => sql<number>`${id}::bigint`;
