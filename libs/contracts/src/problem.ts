import { z } from 'zod';

/** The kinds of refusal, and the status each one has over HTTP. An error knows its kind; only this table knows statuses. */
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

/** A sort of error on whose stable code callers branch, and the title that every occurrence of it shares. */
export interface ProblemType {
  readonly code: string;
  readonly kind: ProblemKind;
  readonly title: string;
  /** What this problem tells beside the standard members. */
  readonly members?: z.ZodObject;
}

export const problemType = <Type extends ProblemType>(type: Type): Type => type;

export const statusOf = ({ kind }: ProblemType): number => STATUS_OF_KIND[kind];

/** The `type` member: a name, since there is no page to look at. */
export const uriOf = ({ code }: ProblemType): string => `urn:tracelab:problem:${code}`;

/** One fault of a malformed request: where it is (`body.user_id`), and what is wrong there. */
export const Fault = z
  .object({ path: z.string(), message: z.string() })
  .meta({ id: 'Fault', examples: [{ path: 'body.user_id', message: 'is required' }] });
export type Fault = z.infer<typeof Fault>;

/** The body of every error answer (RFC 9457). Loose, since a problem may have members of its own, such as the step that failed. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    traceId: z.string().optional(),
    errors: z.array(Fault).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

// Any endpoint may answer with these, so no endpoint lists them.
export const InvalidRequest = problemType({
  code: 'InvalidRequest',
  kind: 'malformed',
  title: 'The request is malformed',
});
export const InvalidJson = problemType({ code: 'InvalidJson', kind: 'unparsable', title: 'The body is not JSON' });
export const BodyTooLarge = problemType({ code: 'BodyTooLarge', kind: 'too-large', title: 'The body is too large' });
export const UnsupportedMediaType = problemType({
  code: 'UnsupportedMediaType',
  kind: 'wrong-media-type',
  title: 'The content type is not supported',
});
export const UnknownPath = problemType({ code: 'UnknownPath', kind: 'not-found', title: 'There is nothing here' });
export const WrongMethod = problemType({
  code: 'WrongMethod',
  kind: 'wrong-method',
  title: 'The method is not allowed here',
});
export const BadRequest = problemType({ code: 'BadRequest', kind: 'unparsable', title: 'The request is not valid' });
export const Internal = problemType({ code: 'Internal', kind: 'internal', title: 'Something went wrong here' });
export const UpstreamFailed = problemType({
  code: 'UpstreamFailed',
  kind: 'bad-gateway',
  title: 'Another service gave no usable answer',
});
export const Unavailable = problemType({
  code: 'Unavailable',
  kind: 'unavailable',
  title: 'Something that is needed for this is down',
});
export const TooSlow = problemType({ code: 'TooSlow', kind: 'too-slow', title: 'The answer took too long' });

/** What any endpoint may answer. */
export const SHARED_ERRORS = [Internal, UpstreamFailed, Unavailable, TooSlow] as const;

/** What an endpoint that reads a path, a query, a header or a body may answer as well. */
export const REQUEST_ERRORS = [InvalidRequest] as const;

/** What an endpoint that takes a body may answer as well. */
export const BODY_ERRORS = [InvalidJson, BodyTooLarge, UnsupportedMediaType] as const;
