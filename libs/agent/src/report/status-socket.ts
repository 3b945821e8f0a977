import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentStatus } from './summary.ts';

/** Where the process of this id answers; in a folder that only its user may enter. */
export function statusSocketOf(pid: number): string {
  // Not userInfo(), which throws for an id without a name, as containers give them.
  return join(tmpdir(), `auto-agent-${process.getuid?.() ?? 'user'}`, `${pid}.sock`);
}

/** Answers `auto-agent status` from within a traced process. Keeps nothing alive, and is silent where it cannot listen. */
export class StatusSocket {
  readonly #status: () => AgentStatus;

  constructor(status: () => AgentStatus) {
    this.#status = status;
  }

  listen(): void {
    const path = statusSocketOf(process.pid);
    const folder = join(path, '..');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
      rmSync(path, { force: true });
    } catch {
      // Another user's folder, or a read-only file system: there is no status then.
      return;
    }
    const server = createServer(socket => {
      socket.on('error', () => undefined);
      socket.end(`${JSON.stringify(this.#status())}\n`);
    });
    server.on('error', () => undefined);
    // Exclusive, or a cluster's primary would listen in the place of its workers.
    server.listen({ path, exclusive: true }).unref();
    process.on('exit', () => {
      rmSync(path, { force: true });
    });
  }
}
