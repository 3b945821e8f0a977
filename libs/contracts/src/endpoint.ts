import type { z } from 'zod';
import type { ProblemType } from './problem.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What an endpoint's author writes down. `path` is an OpenAPI template: `/users/{user_id}`. */
export interface EndpointDefinition {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** The status of success; 200 where none is given. */
  readonly status?: number;
  /** The refusals that a caller must expect, beyond those that every endpoint shares. */
  readonly errors?: readonly ProblemType[];
  /** What each of its problems tells beside the standard members. */
  readonly failure?: z.ZodObject;
  /** What its errors look like, where they are no problems. */
  readonly errorBody?: z.ZodType;
  /** Statuses other than that of success which come with the very same body. */
  readonly alsoAnswers?: readonly number[];
  /** The caller may send an Idempotency-Key, which makes a repeated request safe. */
  readonly takesIdempotencyKey?: boolean;
}

/** One HTTP operation, described once and read by the server, its clients, the tests, the documentation and the scripts. */
export const endpoint = <Definition extends EndpointDefinition>(definition: Definition): Definition => definition;

type Part<Definition, Key extends 'params' | 'query' | 'body'> =
  Definition extends Record<Key, infer Schema extends z.ZodType>
    ? Record<Key, z.input<Schema> | z.output<Schema>>
    : unknown;

/** What a caller passes: exactly the parts that the endpoint declares. */
export type RequestOf<Definition extends EndpointDefinition> = Part<Definition, 'params'> &
  Part<Definition, 'query'> &
  Part<Definition, 'body'>;

export type ResponseOf<Definition extends EndpointDefinition> = z.output<Definition['response']>;

/** A repeated request has the effect of one, by the method's own definition (RFC 9110, 9.2.2). */
export const isIdempotent = ({ method }: EndpointDefinition): boolean =>
  method === 'GET' || method === 'PUT' || method === 'DELETE';
