import { HttpException } from '@nestjs/common';
import {
  BadRequest,
  BodyTooLarge,
  Internal,
  InvalidJson,
  type ProblemType,
  TooSlow,
  Unavailable,
  UnsupportedMediaType,
  UpstreamFailed,
} from '@tracelab/contracts/problem';
import { CallFailed, CallRefused } from '@tracelab/http';
import { DomainError } from './domain-error.ts';

// What Fastify refuses before a handler runs, by its stable codes.
const OF_FASTIFY: Readonly<Record<string, ProblemType>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: BodyTooLarge,
  FST_ERR_CTP_INVALID_JSON_BODY: InvalidJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: InvalidJson,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: UnsupportedMediaType,
};

/** What callers are told that an error is. One that nobody foresaw is Internal: its words and its class can carry secrets. */
export function problemTypeOf(error: unknown): ProblemType {
  if (error instanceof DomainError) return error.type;
  if (error instanceof CallRefused) return typeOfRefusal(error);
  if (error instanceof CallFailed) return typeOfFailure(error);
  if (!(error instanceof HttpException)) return Internal;
  // Nest hands a refusal of Fastify's on as an exception of its own, with Fastify's as the cause.
  const { code, name } = (error.cause ?? {}) as { code?: string; name?: string };
  if (name === 'SyntaxError') return InvalidJson;
  return OF_FASTIFY[code ?? ''] ?? (error.getStatus() === 400 ? BadRequest : Internal);
}

function typeOfRefusal({ problem: { status } }: CallRefused): ProblemType {
  if (status === 503) return Unavailable;
  return status === 504 ? TooSlow : UpstreamFailed;
}

function typeOfFailure({ failure }: CallFailed): ProblemType {
  if (failure === 'timeout') return TooSlow;
  return failure === 'invalid-answer' ? UpstreamFailed : Unavailable;
}
