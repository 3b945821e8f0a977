import { connect } from 'node:net';
import { rmSync } from 'node:fs';
import { statusSocketOf } from '../report/status-socket.ts';
import { summaryOf } from '../report/summary.ts';
import type { AgentStatus } from '../report/summary.ts';

/** Asks the agent in a running process and prints what it says; exit code 1 where there is none. */
export async function printStatus(pid: number): Promise<number> {
  try {
    const status = JSON.parse(await answerOf(statusSocketOf(pid))) as AgentStatus;
    process.stdout.write(summaryOf(status));
    return 0;
  } catch {
    process.stdout.write(`auto-agent: no agent answers in process ${pid}. ${why(pid)}\n`);
    return 1;
  }
}

function answerOf(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(5_000, () => socket.destroy(new Error('The process does not answer')));
    socket.on('data', chunk => (text += chunk.toString()));
    socket.on('end', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}

function why(pid: number): string {
  try {
    process.kill(pid, 0);
    return 'It runs, but not under auto-agent, or it is not a Node program, or busy.';
  } catch {
    // What a killed process left behind.
    rmSync(statusSocketOf(pid), { force: true });
    return 'There is no such process.';
  }
}
