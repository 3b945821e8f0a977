import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { LogSessions } from './log-sessions.ts';
import { registerLogTools } from './log-tools.ts';

/** Serves the logs below a directory on standard input and output, until the client goes away. */
export async function serveLogs(root: string): Promise<void> {
  const server = new McpServer({ name: 'flowtrace-mcp', version: '0.1.0' });
  registerLogTools(server, new LogSessions(root));
  const transport = new StdioServerTransport();
  const closed = new Promise<void>(resolve => {
    server.server.onclose = resolve;
  });
  process.stdin.once('end', () => void server.close());
  await server.connect(transport);
  await closed;
}
