import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ScriptEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ScriptOptions {
  /** Ctrl-C comes as soon as it says so. */
  readonly interruptWhen?: () => boolean;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A script as `make` runs it. */
export function runScript(
  script: string,
  args: readonly string[],
  { interruptWhen = () => false, env = {} }: ScriptOptions = {},
): Promise<ScriptEnd> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--conditions=@tracelab/source', `scripts/${script}`, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const timer = setInterval(() => {
    if (!interruptWhen()) return;
    clearInterval(timer);
    child.kill('SIGINT');
  }, 20);
  return new Promise(resolve => {
    child.on('close', code => {
      clearInterval(timer);
      const tookMs = performance.now() - startedMs;
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), tookMs });
    });
  });
}
