import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface HubProcess {
  readonly child: ChildProcess;
  readonly queryUrl: string;
  readonly otlpUrl: string;
}

export interface HubProcessOptions {
  readonly nodeArgs?: readonly string[];
  /** A command that runs the hub's. */
  readonly wrapper?: readonly string[];
}

const MAIN = join(import.meta.dirname, '../src/main.ts');
/** What the command gives to Node, by its first line. */
const COMMAND_ARGS = (/^#!.* node (.+)/.exec(readFileSync(MAIN, 'utf8'))?.[1] ?? '').split(' ');

/** Starts the hub as its own process on free ports, and resolves when it listens. */
export async function startHub(args: readonly string[], options: HubProcessOptions = {}): Promise<HubProcess> {
  const { nodeArgs = [], wrapper = [] } = options;
  const [command = '', ...rest] = [
    ...wrapper,
    process.execPath,
    '--conditions=@tracelab/source',
    ...COMMAND_ARGS,
    ...nodeArgs,
    MAIN,
    ...['--port', '0', '--otlp-port', '0'],
    ...args,
  ];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Whoever started it and dies takes it along.
  const stop = () => child.kill();
  process.once('exit', stop);
  child.once('exit', () => process.off('exit', stop));
  const addresses: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    addresses.push(/http\S+/.exec(line)?.[0] ?? '');
    if (addresses.length === 3) break;
  }
  const [queryUrl = '', , otlpUrl = ''] = addresses;
  return { child, queryUrl, otlpUrl };
}

export async function stopHub({ child }: HubProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Resident memory, in megabytes. */
export function residentMegabytes({ child }: HubProcess): number {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Processor time used so far, in seconds. */
export function cpuSeconds(pid: number | undefined): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
