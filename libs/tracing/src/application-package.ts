import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** The name, without its scope, and version of the package that this process runs. A plain `node dist/main.js` has only its folder to tell. */
export function applicationPackage(env: NodeJS.ProcessEnv): Manifest {
  const entry = programFile(env);
  return (entry !== undefined && manifestAbove(dirname(entry))) || { name: 'unknown_service:node', version: '0.0.0' };
}

// pm2 loads the program into a file of its own and names it in the environment, for a cluster in JSON.
function programFile({ pm_exec_path: named, pm2_env: json = '{}' }: NodeJS.ProcessEnv): string | undefined {
  const [, entry] = process.argv;
  if (entry === undefined || !/[/\\]pm2[/\\]lib[/\\]ProcessContainer/.test(entry)) return entry;
  return named ?? (JSON.parse(json) as { readonly pm_exec_path?: string }).pm_exec_path;
}

// A manifest without a name only says what its folder holds, as that of a build does.
function manifestAbove(folder: string): Manifest | undefined {
  const above = dirname(folder);
  return manifestIn(folder) ?? (above === folder ? undefined : manifestAbove(above));
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, version } = manifest as { readonly name?: unknown; readonly version?: unknown };
    if (typeof name !== 'string' || name === '') return undefined;
    return { name: name.replace(/^@[^/]+\//, ''), version: typeof version === 'string' ? version : '0.0.0' };
  } catch {
    // No manifest here, or none that can be read.
    return undefined;
  }
}
