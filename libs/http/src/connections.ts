import { Agent } from 'undici';

const keepAlive = (maxResponseSize?: number) =>
  new Agent({
    connections: 128,
    // Shorter than any server's keep-alive, so that a request never meets a connection that is just being closed.
    keepAliveTimeout: 4_000,
    connectTimeout: 1_000,
    ...(maxResponseSize === undefined ? {} : { maxResponseSize }),
  });

// What is parsed is held in memory whole; what is passed on is not.
const LARGEST_PARSED = 16 * 1024 * 1024;

let parsing: Agent | undefined;
let passing: Agent | undefined;

/** One pool per origin, shared by every call of the process; opened by the first call. */
export const connections = (): Agent => (parsing ??= keepAlive(LARGEST_PARSED));

/** As `connections`, for answers that are passed on as they come, of any size. */
export const passingConnections = (): Agent => (passing ??= keepAlive());

/** Lets running calls finish, then closes every pool. A later call opens new ones. */
export async function closeConnections(): Promise<void> {
  const closing = [parsing, passing].filter(agent => agent !== undefined);
  parsing = passing = undefined;
  await Promise.all(closing.map(agent => agent.close()));
}
