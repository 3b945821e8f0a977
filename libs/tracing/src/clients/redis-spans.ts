import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import type { Attributes } from '@opentelemetry/api';
import { tracingChannel } from 'node:diagnostics_channel';
import type { ChannelSpans } from './client-spans.ts';
import { databaseCalls } from './database-calls.ts';
import type { ClientCall } from './client-call.ts';
import { redisText } from './redis-text.ts';
import { redactText } from '../redact.ts';

/** What ioredis 6 tells of a command; of most commands the values are `?` already. */
interface RedisMessage {
  readonly command: string;
  readonly args: readonly string[];
  readonly database: number;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  readonly error?: unknown;
}

/** CLIENT spans for ioredis 6 from its tracing channels. Keys are shown, values never. */
export class RedisSpans implements ChannelSpans {
  readonly #calls = databaseCalls(
    [ATTR_DB_SYSTEM_NAME, ATTR_DB_OPERATION_NAME, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT],
    { areClean: true },
  );
  readonly #open = new WeakMap<object, ClientCall>();
  // Not the batch channel: the commands of a MULTI come here, each once, and would be told twice.
  readonly #channel = tracingChannel('ioredis:command');

  start(): void {
    this.#channel.subscribe(this.#listeners);
  }

  stop(): void {
    this.#channel.unsubscribe(this.#listeners);
  }

  readonly #onStart = (message: unknown): void => {
    const told = message as RedisMessage;
    const operation = told.command.toUpperCase();
    const call = this.#calls.openBelowSpan(operation, attributesOf(told, operation));
    if (call !== undefined) this.#open.set(told, call);
  };

  readonly #onError = (message: unknown): void => {
    const told = message as RedisMessage;
    this.#open.get(told)?.fail(told.error);
  };

  readonly #onSettled = (message: unknown): void => {
    this.#open.get(message as RedisMessage)?.end();
  };

  readonly #nothing = (): void => {
    // `end` is only the end of the synchronous part, and asyncEnd comes with asyncStart.
  };

  readonly #listeners = {
    start: this.#onStart,
    end: this.#nothing,
    asyncStart: this.#onSettled,
    asyncEnd: this.#nothing,
    error: this.#onError,
  };
}

function attributesOf(told: RedisMessage, operation: string): Attributes {
  const attributes: Attributes = {
    [ATTR_DB_SYSTEM_NAME]: 'redis',
    [ATTR_DB_NAMESPACE]: String(told.database),
    [ATTR_DB_OPERATION_NAME]: operation,
    // Keys are made from data.
    [ATTR_DB_QUERY_TEXT]: redactText(redisText(operation, told.args)),
    [ATTR_SERVER_ADDRESS]: told.serverAddress,
  };
  if (told.serverPort !== undefined) attributes[ATTR_SERVER_PORT] = told.serverPort;
  return attributes;
}
