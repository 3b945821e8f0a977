import { randomUUID } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { type FlowLog, LogMissing, readLog } from '../reader/read-log.ts';

/** Logs kept open at once; the one that was used longest ago makes way. */
const MOST_OPEN = 8;

/** A session id that was never given out, or whose log has made way. */
export class SessionUnknown extends Error {
  readonly code = 'SessionUnknown';

  constructor() {
    super('Invalid sessionId');
    this.name = 'SessionUnknown';
  }
}

/** A path that leads out of the directory that is served. */
export class PathOutside extends Error {
  readonly code = 'PathOutside';

  constructor(path: string) {
    super(`Path is outside of the served directory: ${path}`);
    this.name = 'PathOutside';
  }
}

/** The logs that a client has opened, all of them below one directory. */
export class LogSessions {
  readonly #root: string;
  readonly #open = new Map<string, FlowLog>();

  constructor(root: string) {
    this.#root = realpathSync(root);
  }

  async open(path: string): Promise<{ sessionId: string; count: number; badLines: number }> {
    const log = await readLog(this.#confined(resolve(this.#root, path), path));
    const sessionId = randomUUID();
    this.#open.set(sessionId, log);
    const [oldest] = this.#open.size > MOST_OPEN ? this.#open.keys() : [];
    if (oldest !== undefined) this.#open.delete(oldest);
    return { sessionId, count: log.rows.length, badLines: log.badLines };
  }

  get(sessionId: string): FlowLog {
    const log = this.#open.get(sessionId);
    if (log === undefined) throw new SessionUnknown();
    this.#open.delete(sessionId);
    this.#open.set(sessionId, log);
    return log;
  }

  /** The whole event that a log keeps in a file of its own. */
  readSegment(log: FlowLog, file: string): unknown {
    const path = this.#confined(resolve(dirname(log.path), file), file);
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  }

  #confined(path: string, asked: string): string {
    if (!this.#isInside(path)) throw new PathOutside(asked);
    const real = realOf(path, asked);
    // A link may lead out.
    if (!this.#isInside(real)) throw new PathOutside(asked);
    return real;
  }

  #isInside(path: string): boolean {
    const way = relative(this.#root, path);
    return way !== '..' && !way.startsWith(`..${sep}`) && way !== path;
  }
}

function realOf(path: string, asked: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new LogMissing(asked, { cause: error });
  }
}
