import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ScriptEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script as `make` runs it. `interruptAfterMs` is Ctrl-C. */
export function runScript(
  script: string,
  args: readonly string[],
  { interruptAfterMs }: { readonly interruptAfterMs?: number } = {},
): Promise<ScriptEnd> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--conditions=@tracelab/source', `scripts/${script}`, ...args], { cwd: ROOT });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const timer = interruptAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfterMs);
  return new Promise(resolve => {
    child.on('close', code => {
      clearTimeout(timer);
      const tookMs = performance.now() - startedMs;
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), tookMs });
    });
  });
}
