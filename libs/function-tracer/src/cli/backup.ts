import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';

export const BACKUP = '.bak';

const SEAL = /\n\/\/ flowctl restores this over ([0-9a-f]{64})\n$/;

/** The original of a file, and what it was changed into. */
interface Backup {
  readonly original: Buffer;
  readonly changedHash: string;
}

/** The backup of a file, if there is one that holds anything else than the file's original: it must not be lost. */
export function backupInTheWay(file: string): string | undefined {
  const path = file + BACKUP;
  return existsSync(path) && originalOf(file) === undefined ? path : undefined;
}

/** Keeps a file's original before it is changed. */
export function keepBackup(file: string, changed: string): void {
  const original = originalOf(file) ?? readFileSync(file);
  const seal = Buffer.from(`\n// flowctl restores this over ${hashOf(changed)}\n`);
  writeFileSync(file + BACKUP, Buffer.concat([original, seal]), { mode: statSync(file).mode });
}

// The file is what its backup was changed into, or the original itself, as after a checkout.
function originalOf(file: string): Buffer | undefined {
  const current = readFileSync(file);
  const backup = readBackup(file + BACKUP);
  const isKnown = backup?.changedHash === hashOf(current) || backup?.original.equals(current) === true;
  return isKnown ? backup.original : undefined;
}

/** Puts the original back. Answers false, and does nothing, if the file has been written to since. */
export function restoreBackup(path: string): boolean {
  const file = path.slice(0, -BACKUP.length);
  const backup = readBackup(path);
  if (backup === undefined || !existsSync(file) || hashOf(readFileSync(file)) !== backup.changedHash) return false;
  writeFileSync(file, backup.original);
  rmSync(path);
  return true;
}

/** Whether it is a backup that was kept here; others make files of that name, too. */
export function isBackup(path: string): boolean {
  return readBackup(path) !== undefined;
}

function readBackup(path: string): Backup | undefined {
  if (!existsSync(path)) return undefined;
  const content = readFileSync(path);
  // One character for each byte: the seal's length is counted in bytes.
  const [seal, changedHash] = SEAL.exec(content.toString('latin1')) ?? [];
  if (seal === undefined || changedHash === undefined) return undefined;
  return { original: content.subarray(0, -seal.length), changedHash };
}

function hashOf(content: Buffer | string): string {
  return hash('sha256', content);
}
