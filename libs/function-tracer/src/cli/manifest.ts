import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { SourceKind } from '../rewrite/parse.ts';
import { CommandFailed } from './command.ts';

const Manifest = z.object({
  name: z.string().default(''),
  type: z.string().optional(),
  dependencies: z.record(z.string(), z.unknown()).default({}),
  devDependencies: z.record(z.string(), z.unknown()).default({}),
});
export type Manifest = z.infer<typeof Manifest>;

/** A directory's package.json, if there is one. Throws `CommandFailed` if it cannot be read. */
export function readManifest(directory: string): Manifest | undefined {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return undefined;
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new CommandFailed(`${path} cannot be read`, { cause: error });
  }
}

/** How Node would load a file: by its extension, else by the package that it is in. */
export function sourceKindOf(file: string): SourceKind {
  if (/\.m[jt]s$/.test(file)) return 'module';
  if (/\.c[jt]s$/.test(file)) return 'commonjs';
  const type = packageType(dirname(resolve(file)));
  return type === 'module' || type === 'commonjs' ? type : 'unknown';
}

function packageType(directory: string): string | undefined {
  const manifest = readManifest(directory);
  const above = dirname(directory);
  return manifest !== undefined || above === directory ? manifest?.type : packageType(above);
}
