import type { Config } from './config.ts';
import { TracingSession } from './session.ts';

let session: TracingSession | undefined;

/** Opens the session that everything in this thread writes to. */
export function openSession(config: Config): TracingSession {
  closeSession();
  session = new TracingSession(config);
  session.start();
  return session;
}

export function closeSession(): void {
  session?.close();
  session = undefined;
}

export function currentSession(): TracingSession | undefined {
  return session;
}
