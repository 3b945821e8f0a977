import { existsSync, globSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, required } from '../command.ts';
import { PathMissing } from '../source-files.ts';

const BACKUP = '.bak';

export const restore: Command = input => {
  const path = required(input, 0, 'path');
  const backups = backupsAt(path);
  for (const backup of backups) renameSync(backup, backup.slice(0, -BACKUP.length));
  const { output, options } = input;
  if (options.json) output.print(JSON.stringify({ restored: backups.map(backup => backup.slice(0, -BACKUP.length)) }));
  else if (backups.length === 0) output.print('⚠️ No backups found');
  else output.print(`✅ ${backups.length} files restored`);
  return backups.length === 0 ? 1 : 0;
};

function backupsAt(path: string): string[] {
  if (existsSync(path + BACKUP)) return [path + BACKUP];
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new PathMissing(path);
  if (!stats.isDirectory()) return [];
  const found = globSync(`**/*{js,ts,jsx,tsx}${BACKUP}`, {
    cwd: path,
    exclude: name => /(?:^|\/)node_modules$/.test(name),
  });
  return found.map(name => join(path, name));
}
