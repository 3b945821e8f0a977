import { V3Failure } from '@tracelab/contracts/trace-query';
import type { z } from 'zod';

/** The hub gave no answer at all. */
export class HubUnreachable extends Error {
  readonly code = 'HubUnreachable';
}

/** The hub answered that it will not. */
export class HubRefused extends Error {
  readonly code = 'HubRefused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The hub's answer is not what the contract says. */
export class AnswerUnreadable extends Error {
  readonly code = 'AnswerUnreadable';
}

/** Query parameters; an undefined one is left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

export function hubPath(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Asks the hub and reads the answer by the contract. */
export async function askHub<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.infer<Schema>> {
  const response = await send(path, signal);
  if (!response.ok) throw await refusalOf(response);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success) throw new AnswerUnreadable(`${path}: ${parsed.error.message}`);
  return parsed.data;
}

/** Asks for an answer in lines of JSON, and hands each over as it comes: what a big one holds is read on its way. */
export async function askHubLines(path: string, onLine: (line: unknown) => void, signal?: AbortSignal): Promise<void> {
  const response = await send(path, signal);
  if (!response.ok) throw await refusalOf(response);
  let line: string[] = [];
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const [end = '', ...next] = text.split('\n');
    line.push(end);
    for (const start of next) {
      onLine(JSON.parse(line.join('')));
      line = [start];
    }
  }
  if (line.join('') !== '') throw new AnswerUnreadable(`${path}: ends within a line`);
}

async function send(path: string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(path, { signal: signal ?? null, headers: { accept: 'application/json' } });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new HubUnreachable('no answer from the hub', { cause: error });
  }
}

async function refusalOf(response: Response): Promise<HubRefused> {
  const text = await response.text();
  return new HubRefused(response.status, messageIn(text) ?? response.statusText);
}

function messageIn(text: string): string | undefined {
  try {
    return V3Failure.parse(JSON.parse(text)).error.message;
  } catch {
    // A proxy in between answers in words of its own.
    return undefined;
  }
}
