import { Agent } from 'undici';

const keepAlive = () =>
  new Agent({
    connections: 128,
    // Shorter than any server's keep-alive, so that a request never meets a connection that is just being closed.
    keepAliveTimeout: 4_000,
    connectTimeout: 1_000,
    maxResponseSize: 16 * 1024 * 1024,
  });

let agent: Agent | undefined;

/** One pool per origin, shared by every call of the process; opened by the first call. */
export const connections = (): Agent => (agent ??= keepAlive());

/** Lets running calls finish, then closes every pool. A later call opens new ones. */
export async function closeConnections(): Promise<void> {
  const closing = agent;
  agent = undefined;
  await closing?.close();
}
