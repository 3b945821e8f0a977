import { readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Edit } from '../../rewrite/index.ts';
import { SourceUnreadable } from '../../rewrite/parse.ts';
import { backupInTheWay, keepBackup } from '../backup.ts';
import { type Command, CommandFailed, required } from '../command.ts';
import type { InspectedFunction } from '../inspect-source.ts';
import { instrumentSource } from '../instrument-source.ts';
import { lineDiff } from '../line-diff.ts';
import { sourceKindOf } from '../manifest.ts';
import { sourceFiles } from '../source-files.ts';

interface Change {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly functions: readonly InspectedFunction[];
  readonly edits: readonly Edit[];
}

interface Planned {
  readonly changes: readonly Change[];
  readonly unreadable: readonly { readonly file: string; readonly error: string }[];
}

export const instrument: Command = input => {
  const { options, output } = input;
  const planned = plan(sourceFiles(required(input, 0, 'path')));
  const isWriting = !options.dryRun && !options.check;
  if (isWriting && options.backup) keepBackups(planned.changes);
  if (isWriting) for (const { file, after } of planned.changes) writeFileSync(file, after);
  if (options.json) output.print(JSON.stringify(asJson(planned), null, 2));
  else if (isWriting) output.print(...describeResult(planned, options.backup));
  else output.print(...describePlan(planned));
  for (const { file, error } of options.json ? [] : planned.unreadable) output.warn(`⚠️ ${file}: ${error}`);
  return options.check && planned.changes.length > 0 ? 1 : 0;
};

function plan(files: readonly string[]): Planned {
  const changes: Change[] = [];
  const unreadable: { file: string; error: string }[] = [];
  for (const file of files) {
    const before = readFileSync(file, 'utf8');
    try {
      const { source: after, functions, edits } = instrumentSource(file, before, sourceKindOf(file));
      if (functions.length > 0) changes.push({ file, before, after, functions, edits });
    } catch (error) {
      if (!(error instanceof SourceUnreadable)) throw error;
      unreadable.push({ file, error: error.message });
    }
  }
  if (files.length === 1 && unreadable[0] !== undefined)
    throw new CommandFailed(`${unreadable[0].file}: ${unreadable[0].error}`);
  return { changes, unreadable };
}

function keepBackups(changes: readonly Change[]): void {
  const inTheWay = changes.flatMap(({ file }) => backupInTheWay(file) ?? []);
  if (inTheWay.length > 0)
    throw new CommandFailed(
      `Backups of something else are in the way: ${inTheWay.join(', ')}. Move them, or give --no-backup`,
    );
  for (const { file, after } of changes) keepBackup(file, after);
}

function describePlan({ changes }: Planned): string[] {
  const functions = changes.flatMap(change => change.functions);
  if (functions.length === 0) return ['🔍 Dry run - no files will be modified', '', '  No functions to instrument'];
  return [
    '🔍 Dry run - no files will be modified',
    '',
    '📝 Functions that would be instrumented:',
    ...functions.map(({ name, isAsync }) => `  • ${name}${isAsync ? ' (async)' : ''}`),
    '',
    `  Total: ${functions.length} functions`,
    '',
    ...changes.map(({ file, before, edits }) => lineDiff(shownPath(file), before, edits)),
  ];
}

// As `git diff --no-index` shows it: what lies elsewhere is applied from the root.
function shownPath(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? relative('/', file) : path;
}

function describeResult({ changes }: Planned, keepsBackup: boolean): string[] {
  if (changes.length === 0)
    return ['⚠️ No functions were instrumented', '  All functions are already traced or not eligible'];
  const total = changes.reduce((sum, { functions }) => sum + functions.length, 0);
  return [
    '🔧 Instrumenting source code...',
    '',
    '✅ Instrumentation complete!',
    `  ${total} functions instrumented`,
    ...(keepsBackup ? changes.map(({ file }) => `  Backup created: ${basename(file)}.bak`) : []),
    '',
    '💡 Next steps:',
    '  1. Build and run your program as always',
    '  2. Read flowtrace.jsonl with: flowctl report flowtrace.jsonl',
    '  3. Take the changes back with: flowctl restore <path>',
  ];
}

function asJson({ changes, unreadable }: Planned): unknown {
  return {
    files: changes.map(({ file, functions }) => ({
      file,
      functions: functions.map(({ name, owner, line }) => ({ name, owner, line })),
    })),
    unreadable,
  };
}
