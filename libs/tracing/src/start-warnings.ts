import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What makes spans go missing without a word, each with its remedy; empty when all is well. */
export function startWarnings(entry: string | undefined): string[] {
  return [lateLibrary(), entry === undefined ? undefined : secondApi(entry)].flatMap(warning => warning ?? []);
}

// Only libraries that are patched when they load; those with channels of their own may load whenever they like.
function lateLibrary(): string | undefined {
  const client = join('pg', 'lib', 'client.js');
  const isLoaded = Object.keys(createRequire(import.meta.url).cache).some(file => file.endsWith(`${sep}${client}`));
  return isLoaded
    ? 'pg was loaded before tracing started, so its queries give no spans. Start with ' +
        '`node --import @tracelab/tracing/register`, or call startTracing before anything imports pg.'
    : undefined;
}

/** Whether the application would use another release of the API than this library: it then talks to nobody. */
export function secondApi(entry: string): string | undefined {
  const ours = packageOf(fileURLToPath(import.meta.resolve('@opentelemetry/api')));
  const theirs = packageOf(resolvedFrom(entry));
  if (ours === undefined || theirs === undefined || ours.version === theirs.version) return undefined;
  return (
    `two copies of @opentelemetry/api are installed, ${ours.version} and ${theirs.version} in ${theirs.folder}: spans made ` +
    'with the other one may be lost. Ask for one version, by "overrides" in pnpm-workspace.yaml or package.json.'
  );
}

function resolvedFrom(entry: string): string | undefined {
  try {
    return createRequire(entry).resolve('@opentelemetry/api');
  } catch {
    // The application does not have it, as it should be.
    return undefined;
  }
}

interface Package {
  readonly folder: string;
  readonly version: string;
}

function packageOf(file: string | undefined): Package | undefined {
  const mark = join('@opentelemetry', 'api') + sep;
  const end = file?.lastIndexOf(mark) ?? -1;
  if (file === undefined || end < 0) return undefined;
  const folder = dirname(join(file.slice(0, end), mark, 'package.json'));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  return { folder, version };
}
