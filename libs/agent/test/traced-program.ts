import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OtlpReceiver } from '../../tracing/test/otlp-receiver.ts';
import type { ReceivedSpan } from '../../tracing/test/otlp-receiver.ts';

export { OtlpReceiver };
export type { ReceivedSpan };

/** The command line as a user calls it. */
export const autoAgent = fileURLToPath(new URL('../bin/auto-agent.js', import.meta.url));
export const registerFile = fileURLToPath(new URL('../bin/register.cjs', import.meta.url));
export const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
export const exampleFile = (name: string) => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));

export interface ProgramOptions {
  /** Flags of auto-agent; undefined runs the command without it. */
  readonly flags?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly input?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command as a process of its own, under auto-agent or without it; from dist, as users run it. */
export class Program {
  readonly process: ChildProcess;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(command: readonly string[], { flags, env = {}, cwd, input }: ProgramOptions = {}) {
    const [file = '', ...args] =
      flags === undefined ? command : [process.execPath, autoAgent, ...flags, '--', ...command];
    this.process = spawn(file, args, {
      cwd: cwd ?? fileURLToPath(new URL('.', import.meta.url)),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        // What the receiver reads.
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...env,
      },
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    // Many a program ends without having read it.
    this.process.stdin?.on('error', () => undefined);
    if (input !== undefined) this.process.stdin?.end(input);
    this.#ended = new Promise(resolve => {
      this.process.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** What the program printed, once it matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (let tries = 0; tries < 4_000; tries++) {
      const found = pattern.exec(this.#stdout);
      if (found !== null) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) break;
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    throw new Error(`The program did not print ${String(pattern)}: ${this.#stdout}${this.#stderr}`);
  }

  /** The address that a server prints. */
  async url(): Promise<string> {
    const [url] = await this.printed(/http:\/\/[^\s,]+/);
    return url;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended();
  }

  async ended(limitMs = 40_000): Promise<Ended> {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), limitMs);
    const ended = await this.#ended;
    clearTimeout(timer);
    return ended;
  }
}

/** `SERVER GET /users/:id [CLIENT GET]`: names in start order, nested; kinds other than internal and errors are marked. */
export function shapesOf(spans: readonly ReceivedSpan[]): string[] {
  const kinds = ['', '', 'SERVER ', 'CLIENT ', 'PRODUCER ', 'CONSUMER '];
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const started = [...spans].sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  const childrenOf = Map.groupBy(started, ({ parentSpanId }) => (ids.has(parentSpanId) ? parentSpanId : 'root'));
  const shape = (span: ReceivedSpan): string => {
    const children = childrenOf.get(span.spanId)?.map(shape) ?? [];
    const inner = children.length > 0 ? ` [${children.join(', ')}]` : '';
    return `${kinds[span.kind] ?? ''}${span.name}${span.status === 2 ? '!' : ''}${inner}`;
  };
  return childrenOf.get('root')?.map(shape) ?? [];
}
