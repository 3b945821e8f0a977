import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that also a server under another account can enter. Whoever asks for it removes it. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tracelab-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}
