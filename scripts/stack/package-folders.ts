import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const SCOPE = '@tracelab/';

/** The folder of a package and those of the workspace's libs that its code needs, its libs' own included. */
export function packageFolders(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith(SCOPE)) packageFolders(name.replace(SCOPE, 'libs/'), found);
  }
  return found;
}
