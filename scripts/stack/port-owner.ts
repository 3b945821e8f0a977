import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const LISTENING = '0A';

/** Who listens on a port, as `node (pid 4711)`; undefined where that cannot be found out. */
export async function portOwner(port: number): Promise<string | undefined> {
  const pid = process.platform === 'linux' ? pidFromProc(port) : await pidFromLsof(port);
  return pid === undefined ? undefined : `${await commandOf(pid)} (pid ${pid})`;
}

function pidFromProc(port: number): number | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file => listeningInodes(file, port)));
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .find(pid => socketsOf(pid).some(inode => inodes.has(inode)));
}

function listeningInodes(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readText(file)
    .split('\n')
    .map(line => line.trim().split(/\s+/));
  return rows.flatMap(([, local = '', , state, , , , , , inode = '']) =>
    local.endsWith(suffix) && state === LISTENING ? [inode] : [],
  );
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return []; // another user's process, or one that has just ended
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed in the meantime
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // no IPv6 on this machine
  }
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  const answer = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']);
  const pid = Number.parseInt(answer, 10);
  return Number.isInteger(pid) ? pid : undefined;
}

async function commandOf(pid: number): Promise<string> {
  const command = await run('ps', ['-o', 'args=', '-p', String(pid)]);
  const [program = 'a process', ...args] = command.trim().split(/\s+/);
  return [program.split('/').at(-1), ...args.slice(-1)].join(' ').slice(0, 80);
}

async function run(command: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
