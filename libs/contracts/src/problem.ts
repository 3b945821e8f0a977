import { z } from 'zod';

/** The kinds of refusal, and the status each one has over HTTP. Errors know their kind; only this table knows statuses. */
export const STATUS_OF_KIND = {
  unparsable: 400,
  declined: 402,
  'not-found': 404,
  'wrong-method': 405,
  conflict: 409,
  'too-large': 413,
  'wrong-media-type': 415,
  malformed: 422,
  internal: 500,
  'bad-gateway': 502,
  unavailable: 503,
  'too-slow': 504,
} as const;

export type ProblemKind = keyof typeof STATUS_OF_KIND;

/** A sort of error that callers can branch on: its stable code, its kind, and the words for any occurrence of it. */
export interface ProblemType {
  readonly code: string;
  readonly kind: ProblemKind;
  readonly title: string;
}

export const problemType = (type: ProblemType): ProblemType => type;

/** One fault of a malformed request: where it is (`body.user_id`), and what is wrong there. */
export const Fault = z.object({ path: z.string(), message: z.string() });
export type Fault = z.infer<typeof Fault>;

/** What one problem adds to the standard members, such as the step of a flow that failed. */
const Extension = z.record(z.string(), z.unknown());

/** The body of every error answer (RFC 9457), plus the stable `code` on which callers branch. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.string(),
  traceId: z.string().optional(),
  errors: z.array(Fault).optional(),
  extension: Extension.optional(),
});
export type Problem = z.infer<typeof Problem>;

export const statusOf = ({ kind }: ProblemType): number => STATUS_OF_KIND[kind];
