/** Jest hands its workers nothing but the environment. */
const SOCKET_VARIABLE = 'TRACELAB_TEST_POSTGRES';

export function postgresSocket(env = process.env): string {
  const socket = env[SOCKET_VARIABLE];
  if (socket === undefined)
    throw new Error('The shared Postgres exists in Jest alone: jest.config.js has its globalSetup.');
  return socket;
}

export function announcePostgresSocket(socket: string, env = process.env): void {
  env[SOCKET_VARIABLE] = socket;
}

/** The environment of a child process: this one's, without what would change the child's behaviour, and the settings given. */
export function childEnvironment(settings: Readonly<Record<string, string>>, env = process.env): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = env;
  return { PATH, HOME, TMPDIR, ...settings };
}
