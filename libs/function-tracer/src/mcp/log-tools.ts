import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { FlowLog } from '../reader/read-log.ts';
import type { LogRow } from '../reader/log-row.ts';
import type { LogSessions } from './log-sessions.ts';
import {
  aggregate,
  byTime,
  describeLog,
  errorRows,
  fieldCounts,
  flows,
  pick,
  sorted,
  toCsv,
  topValues,
} from './queries.ts';
import { rowFilter } from './row-filter.ts';

/** An entry that is asked for is not in the log. */
export class EntryMissing extends Error {
  readonly code = 'EntryMissing';

  constructor(timestamp: number) {
    super(`Log entry not found: ${timestamp}`);
    this.name = 'EntryMissing';
  }
}

const sessionId = z.string().describe('What log.open answered');
const filter = z
  .string()
  .optional()
  .describe('event == "EXIT" and durationMicros > 1000, or text to be found in the row');
const fields = z.array(z.string()).optional().describe('Only these fields; dotted paths are possible');
const limit = (most: number) => z.number().int().positive().default(most);

/** Registers the tools of the original server, and one that describes a log in as many words as there is room for. */
export function registerLogTools(server: McpServer, sessions: LogSessions): void {
  const tools = new LogTools(sessions);
  registerReading(server, tools);
  registerMeasuring(server, tools);
}

function registerReading(server: McpServer, tools: LogTools): void {
  const search = { sessionId, filter, fields, limit: limit(200), sort: z.string().optional() };
  const whole = { sessionId, filter, fields, limit: limit(50), autoExpand: z.boolean().default(true) };
  const entry = { sessionId, timestamp: z.number(), event: z.string().optional() };
  const output = { sessionId, to: z.enum(['csv', 'json']), filter, fields };
  server.registerTool('log.open', tool('Open a log file', { path: z.string() }), async ({ path }) =>
    text(await tools.open(path)),
  );
  server.registerTool('log.schema', tool('Which fields the rows have', { sessionId }), input =>
    text(tools.schema(input.sessionId)),
  );
  server.registerTool('log.search', tool('Find rows', search), input => text(tools.search(input)));
  server.registerTool('log.sample', tool('The first rows', { sessionId, limit: limit(50) }), input =>
    text(tools.sample(input)),
  );
  server.registerTool('log.errors', tool('Everything that went wrong', { sessionId, limit: limit(200) }), input =>
    text(tools.errors(input)),
  );
  server.registerTool('log.expand', tool('The whole of a truncated row', entry), input => text(tools.expand(input)));
  server.registerTool('log.searchExpanded', tool('Find rows, truncated ones whole', whole), input =>
    text(tools.searchExpanded(input)),
  );
  server.registerTool('log.export', tool('Rows as CSV or JSON', output), input => text(tools.export(input)));
}

function registerMeasuring(server: McpServer, tools: LogTools): void {
  const groups = { sessionId, groupBy: z.array(z.string()), metric, filter };
  const values = { sessionId, byField: z.string(), k: limit(20), filter };
  const timeline = { sessionId, filter, fields, limit: limit(1000) };
  const flow = { sessionId, keys: z.array(z.string()), filter };
  const words = { sessionId, maxTokens: limit(1000) };
  server.registerTool('log.aggregate', tool('Count or measure groups of rows', groups), input =>
    text(tools.aggregate(input)),
  );
  server.registerTool('log.topK', tool('The most frequent values of a field', values), input =>
    text(tools.topK(input)),
  );
  server.registerTool('log.timeline', tool('Rows by time', timeline), input => text(tools.timeline(input)));
  server.registerTool('log.flow', tool('Rows that belong together by some keys', flow), input =>
    text(tools.flow(input)),
  );
  server.registerTool('log.summary', tool('What the log shows, within a number of tokens', words), input =>
    text(tools.summary(input)),
  );
}

function tool<Shape extends z.ZodRawShape>(description: string, inputSchema: Shape) {
  return { description, inputSchema };
}

function text(value: unknown) {
  return { content: [{ type: 'text' as const, text: typeof value === 'string' ? value : JSON.stringify(value) }] };
}

const metric = z.object({ op: z.enum(['count', 'sum', 'avg', 'max', 'min']), field: z.string().optional() });

interface Query {
  readonly sessionId: string;
  readonly filter?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly limit?: number;
  readonly sort?: string | undefined;
}

class LogTools {
  readonly #sessions: LogSessions;

  constructor(sessions: LogSessions) {
    this.#sessions = sessions;
  }

  #rows({ sessionId, filter }: Pick<Query, 'sessionId' | 'filter'>): LogRow[] {
    return this.#sessions.get(sessionId).rows.filter(rowFilter(filter));
  }

  async open(path: string) {
    return this.#sessions.open(path);
  }

  schema(sessionId: string) {
    const { rows, badLines } = this.#sessions.get(sessionId);
    return { fields: fieldCounts(rows), sampleRow: rows[0] ?? null, badLines };
  }

  search(query: Query) {
    return sorted(this.#rows(query), query.sort)
      .slice(0, query.limit)
      .map(row => pick(row, query.fields));
  }

  aggregate(query: Query & { readonly groupBy: readonly string[]; readonly metric: z.infer<typeof metric> }) {
    return aggregate(this.#rows(query), query.groupBy, query.metric);
  }

  topK(query: Query & { readonly byField: string; readonly k: number }) {
    return topValues(this.#rows(query), query.byField, query.k);
  }

  timeline(query: Query) {
    return byTime(this.#rows(query))
      .slice(0, query.limit)
      .map(row => pick(row, query.fields));
  }

  flow(query: Query & { readonly keys: readonly string[] }) {
    return flows(this.#rows(query), query.keys);
  }

  sample({ sessionId, limit }: Query) {
    return this.#sessions.get(sessionId).rows.slice(0, limit);
  }

  export(query: Query & { readonly to: 'csv' | 'json' }) {
    const rows = this.#rows(query);
    return query.to === 'csv' ? toCsv(rows, query.fields) : JSON.stringify(rows.map(row => pick(row, query.fields)));
  }

  errors({ sessionId, limit }: Query) {
    return errorRows(this.#sessions.get(sessionId).rows).slice(0, limit);
  }

  expand({
    sessionId,
    timestamp,
    event,
  }: {
    readonly sessionId: string;
    readonly timestamp: number;
    readonly event?: string | undefined;
  }) {
    const log = this.#sessions.get(sessionId);
    const matching = log.rows.filter(
      row => row['timestamp'] === timestamp && (event === undefined || row['event'] === event),
    );
    const row = matching.find(isTruncated) ?? matching[0];
    if (row === undefined) throw new EntryMissing(timestamp);
    if (!isTruncated(row)) return { message: 'Log entry is not truncated', data: row };
    const fullLog = this.#whole(log, row);
    return { truncatedLog: row, fullLog, truncatedFields: row['truncatedFields'], message: 'Log entry expanded' };
  }

  #whole(log: FlowLog, row: LogRow): unknown {
    return this.#sessions.readSegment(log, String(row['fullLogFile']));
  }

  searchExpanded(query: Query & { readonly autoExpand: boolean }) {
    const log = this.#sessions.get(query.sessionId);
    return this.#rows(query)
      .slice(0, query.limit)
      .map(row => {
        const shown = pick(row, query.fields);
        return query.autoExpand && isTruncated(row) ? { ...shown, _expandedData: this.#whole(log, row) } : shown;
      });
  }

  summary({ sessionId, maxTokens }: { readonly sessionId: string; readonly maxTokens: number }) {
    return describeLog(this.#sessions.get(sessionId).rows, maxTokens);
  }
}

function isTruncated(row: LogRow): boolean {
  return Boolean(row['truncatedFields']) && Boolean(row['fullLogFile']);
}
