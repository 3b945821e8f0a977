import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

// Its input ends with whoever writes it, however that comes about. A server's number stays on the list while it runs.
const SCRIPT = `trap '' HUP INT TERM
pids=' '
while read -r change pid; do
  case $change in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
set -- $pids
[ $# -gt 0 ] || exit 0
kill -TERM "$@"
sleep 10
kill -KILL "$@"`;

/** Has a process beside this one, as long as there are servers, that ends them when this one is killed and cannot do so itself. */
export class OrphanWatch {
  readonly #pids = new Set<number>();
  #shell: ChildProcess | undefined;

  add(pid: number): void {
    this.#shell ??= startShell();
    this.#pids.add(pid);
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.#pids.delete(pid);
    this.#shell?.stdin?.write(`- ${pid}\n`);
    if (this.#pids.size > 0) return;
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  /** For who ends all servers itself. */
  stop(): void {
    this.#shell?.kill('SIGKILL');
  }
}

function startShell(): ChildProcess {
  const shell = spawn('sh', ['-c', SCRIPT, 'ends-orphaned-servers'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell servers are started all the same, and outlive a crash.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  return shell;
}
