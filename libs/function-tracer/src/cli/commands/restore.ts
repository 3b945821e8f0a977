import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUP, isBackup, restoreBackup } from '../backup.ts';
import { type Command, required } from '../command.ts';
import { PathMissing } from '../source-files.ts';

export const restore: Command = input => {
  const { output, options } = input;
  const backups = backupsAt(required(input, 0, 'path')).filter(isBackup);
  const restored = backups.filter(restoreBackup).map(fileOf);
  const refused = backups.map(fileOf).filter(file => !restored.includes(file));
  if (options.json) output.print(JSON.stringify({ restored, refused }));
  else if (backups.length === 0) output.print('⚠️ No backups found');
  else output.print(`✅ ${restored.length} files restored`);
  for (const file of options.json ? [] : refused)
    output.warn(`⚠️ ${file} is not what it was changed into: its original stays in ${file}${BACKUP}`);
  return backups.length === 0 || refused.length > 0 ? 1 : 0;
};

function fileOf(backup: string): string {
  return backup.slice(0, -BACKUP.length);
}

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
