import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ScriptEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script as `make` runs it. Ctrl-C comes as soon as `interruptWhen` says so. */
export function runScript(
  script: string,
  args: readonly string[],
  { interruptWhen = () => false }: { readonly interruptWhen?: () => boolean } = {},
): Promise<ScriptEnd> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--conditions=@tracelab/source', `scripts/${script}`, ...args], { cwd: ROOT });
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
