import { z } from 'zod';

/** Text that a database can keep: Postgres knows no NUL, and half a surrogate pair is no character. */
export const Text = z
  .string()
  .refine(text => text.isWellFormed() && !text.includes('\0'), 'must be well-formed text without NUL');
