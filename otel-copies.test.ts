import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** What pnpm-lock.yaml says is installed: `'@opentelemetry/core@3.1.0(…)':` at the start of a line of its packages. */
function versionsIn(lockfile: string): Map<string, Set<string>> {
  const versions = new Map<string, Set<string>>();
  for (const [, name = '', version = ''] of lockfile.matchAll(
    /^ {2}'?((?:@opentelemetry\/[\w-]+)|(?:import|require)-in-the-middle)@(\d[^(':]*)/gm,
  )) {
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return versions;
}

function duplicatesIn(lockfile: string): string[] {
  return [...versionsIn(lockfile)].flatMap(([name, versions]) =>
    versions.size < 2
      ? []
      : `${name} is installed as ${[...versions].join(' and ')}: two copies lose spans in silence. ` +
        `Add "'${name}': <one version>" to overrides in pnpm-workspace.yaml and run pnpm install.`,
  );
}

test('each OpenTelemetry package and each module hook is installed once', () => {
  const lockfile = readFileSync(new URL('./pnpm-lock.yaml', import.meta.url), 'utf8');
  expect(versionsIn(lockfile).size).toBeGreaterThan(20);
  expect(duplicatesIn(lockfile)).toEqual([]);
});

test('a second copy is named, with the remedy', () => {
  const lockfile =
    "  '@opentelemetry/core@3.1.0(x)':\n    a: b\n  '@opentelemetry/core@3.0.0':\n  'import-in-the-middle@3.6.0':\n";
  expect(duplicatesIn(lockfile)).toEqual([
    expect.stringMatching(
      /^@opentelemetry\/core is installed as 3\.1\.0 and 3\.0\.0: .*overrides in pnpm-workspace\.yaml/,
    ),
  ]);
});
