import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OWN = ['libs', 'services', 'scripts', 'package.json', 'tsconfig.build.json', 'tsconfig.options.json'];

/** The workspace as it is built, to be changed at will; it shares only the packages of others. */
export class CopiedWorkspace {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    // With their times: the copy counts as built.
    for (const name of OWN) {
      cpSync(join(ROOT, name), join(folder, name), {
        recursive: true,
        preserveTimestamps: true,
        // Links between packages name their place from where they are, so the copy's lead to the copy.
        verbatimSymlinks: true,
      });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  save(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** As many editors save: what is written beside the file takes its place. */
  saveByRename(file: string, text: string): void {
    this.save(`${file}~`, text);
    renameSync(join(this.folder, `${file}~`), join(this.folder, file));
  }

  replace(file: string, before: string, after: string): void {
    const text = this.read(file);
    if (!text.includes(before)) throw new Error(`${file} does not say ${before}`);
    this.save(file, text.replace(before, after));
  }

  delete(file: string): void {
    rmSync(join(this.folder, file));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
