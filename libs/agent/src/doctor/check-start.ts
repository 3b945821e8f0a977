import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { manifestIn } from './manifest.ts';

// What makes a program one that somebody meant to trace by itself.
const asksForAgent = /auto-agent|@tracelab\/agent/;

const unreadable: Finding = {
  code: 'MANIFEST_INVALID',
  message: 'package.json cannot be read: it names no service, and its packages are not looked at',
  remedy: 'Correct it; npm says where it is wrong.',
};

/** Whether the project's own start loads the agent the way that works. */
export function checkStart(folder: string): Finding[] {
  const manifest = manifestIn(folder);
  if (manifest === undefined) return existsSync(join(folder, 'package.json')) ? [unreadable] : [];
  const { scripts = {}, dependencies = {} } = manifest;
  const start = scripts['start'];
  if (start === undefined || !('@tracelab/agent' in dependencies) || isLoading(start)) return [];
  return [
    {
      code: 'NOT_LOADED',
      message: `the start script, ${start}, does not load the agent, or loads it after the program`,
      remedy: 'Write auto-agent before the command, or node --import @tracelab/agent/register.',
    },
  ];
}

// `--import` after the program's file is the program's own argument.
function isLoading(start: string): boolean {
  const [, beforeProgram = ''] = /\bnode\s+(.*?)(?:\s|^)[^\s-]\S*\.[cm]?[jt]s\b/.exec(start) ?? [];
  return /\bauto-agent\b/.test(start.split(/\bnode\b/)[0] ?? '') || asksForAgent.test(beforeProgram);
}
