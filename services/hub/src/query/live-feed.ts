import type { TraceSummary } from '@tracelab/trace-model';
import { type ServerResponse } from 'node:http';

import type { Condition } from '../store/trace-query.ts';
import type { TraceStore } from '../store/trace-store.ts';
import { v3Summary } from './v3-routes.ts';

/** Changes are gathered this long, so that a trace whose spans come together is told once. */
const TELL_EVERY_MS = 500;
const KEEP_ALIVE_MS = 15_000;
/** Traces told at a time; more are only counted. */
const MAX_TRACES = 200;
const MAX_WAITING = 5000;
/** A client that does not read is told no more until it does. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_CLIENTS = 50;

interface Client {
  readonly response: ServerResponse;
  readonly where: Condition | undefined;
  droppedCount: number;
  toldDropped: number;
}

/** Tells clients of traces that are new or grew, as server-sent events. Costs nothing while nobody listens. */
export class LiveFeed {
  readonly #store: TraceStore;
  readonly #clients = new Set<Client>();
  #changed = new Set<string>();
  #overflow = 0;
  #isTelling = false;
  #stopListening: (() => void) | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(store: TraceStore) {
    this.#store = store;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Takes the response over; false when there are too many clients already. */
  add(response: ServerResponse, where: Condition | undefined): boolean {
    if (this.#clients.size >= MAX_CLIENTS) return false;
    const client: Client = { response, where, droppedCount: 0, toldDropped: 0 };
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 2000\n\n');
    response.on('close', () => {
      this.#remove(client);
    });
    this.#clients.add(client);
    if (this.#stopListening === undefined) this.#start();
    return true;
  }

  close(): void {
    for (const { response } of this.#clients) response.end();
    this.#stop();
  }

  #start(): void {
    this.#stopListening = this.#store.onChange(traceIds => {
      for (const traceId of traceIds) {
        if (this.#changed.size < MAX_WAITING) this.#changed.add(traceId);
        else this.#overflow++;
      }
    });
    this.#timers = [
      setInterval(() => void this.#tell(), TELL_EVERY_MS),
      setInterval(() => {
        for (const client of this.#clients) this.#send(client, ': still here\n\n');
      }, KEEP_ALIVE_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    for (const timer of this.#timers) clearInterval(timer);
    this.#changed.clear();
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#stop();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const traceIds = [...this.#changed];
    this.#changed = new Set();
    for (const client of this.#clients) client.droppedCount += this.#overflow;
    this.#overflow = 0;
    if (traceIds.length > 0) {
      // Clients with the same filter share one search.
      const groups = Map.groupBy(this.#clients, ({ where }) => JSON.stringify(where ?? null));
      for (const clients of groups.values()) await this.#tellGroup(clients, traceIds);
    }
    // Also when nothing is new: a client that reads again learns at once what it missed.
    for (const client of this.#clients) this.#tellDropped(client);
    this.#isTelling = false;
  }

  async #tellGroup(clients: readonly Client[], traceIds: readonly string[]): Promise<void> {
    const told = traceIds.slice(-MAX_TRACES);
    const summaries = await this.#matching(clients[0]?.where, told);
    // The store is busy: what was missed counts as dropped.
    const missed = traceIds.length - (summaries === undefined ? 0 : told.length);
    const event = summaries?.length ? eventOf('traces', { summaries: summaries.map(v3Summary) }) : '';
    for (const client of clients) {
      client.droppedCount += missed;
      if (event !== '' && !this.#send(client, event)) client.droppedCount += summaries?.length ?? 0;
    }
  }

  async #matching(
    where: Condition | undefined,
    traceIds: readonly string[],
  ): Promise<readonly TraceSummary[] | undefined> {
    const asked = { traceIds, sort: 'start', order: 'desc', limit: MAX_TRACES, budgetMs: TELL_EVERY_MS } as const;
    try {
      return (await this.#store.search({ ...(where !== undefined && { where }), ...asked })).summaries;
    } catch {
      return undefined;
    }
  }

  #tellDropped(client: Client): void {
    if (client.droppedCount === client.toldDropped) return;
    const traceCount = client.droppedCount;
    if (this.#send(client, eventOf('dropped', { traceCount }))) client.toldDropped = traceCount;
  }

  #send({ response }: Client, text: string): boolean {
    if (response.writableLength > MAX_BUFFERED_BYTES) return false;
    response.write(text);
    return true;
  }
}

function eventOf(name: string, body: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(body)}\n\n`;
}
