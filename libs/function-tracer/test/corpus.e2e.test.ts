import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { Script, SourceTextModule } from 'node:vm';
import { expect, test } from '@jest/globals';
import { generatePrograms, type Program } from './corpus/kinds.ts';
import { run, temporaryDirectory } from './traced-process.ts';

const FORMATS = {
  cjs: { ending: '\nexports.f = f', accepts: (source: string) => new Script(`(function (exports) {${source}\n})`) },
  mjs: { ending: '\nexport { f }', accepts: (source: string) => new SourceTextModule(source) },
  mts: { ending: '\nexport { f }; export type Nothing = never', accepts: acceptsWithoutTypes },
} as const;

// Modules and TypeScript differ from CommonJS in how they are loaded: a part of the programs shows that as well.
const EVERY = { cjs: 1, mjs: 3, mts: 12 } as const;

test.each(['cjs', 'mjs', 'mts'] as const)(
  'a program that is traced cannot be told from one that is not (%s)',
  async format => {
    const directory = temporaryDirectory();
    const programs = generatePrograms().filter(program => isValid(program, format));
    for (const [index, { source }] of programs.entries()) {
      writeFileSync(join(directory, `${index}.${format}`), source + FORMATS[format].ending);
    }
    const [plain, traced] = await Promise.all([observed(directory, false), observed(directory, true)]);
    expect(programs.length).toBeGreaterThan(4_000 / EVERY[format] - 10);
    expect(plain).toHaveLength(programs.length);
    expect(differences(plain, traced, programs)).toEqual([]);
  },
  120_000,
);

function acceptsWithoutTypes(source: string) {
  return new SourceTextModule(stripTypeScriptTypes(source));
}

function isValid({ source }: Program, format: keyof typeof FORMATS): boolean {
  try {
    FORMATS[format].accepts(source + FORMATS[format].ending);
    return true;
  } catch {
    return false;
  }
}

async function observed(directory: string, isTraced: boolean): Promise<string[]> {
  const output = join(directory, isTraced ? 'traced.txt' : 'plain.txt');
  const env = {
    FLOWTRACE_LOGFILE: join(directory, 'flow.jsonl'),
    FLOWTRACE_EXCLUDE: '**.corpus-runner',
    FLOWTRACE_ROOT: directory,
    FLOWTRACE_AGGREGATE_HOT: 'false',
  };
  const finished = await run('corpus-runner.mjs', [directory, output], { isTraced, env });
  if (finished.code !== 0) throw new Error(finished.stderr);
  return readFileSync(output, 'utf8').trimEnd().split('\n');
}

function differences(plain: readonly string[], traced: readonly string[], programs: readonly Program[]) {
  return plain.flatMap((line, index) =>
    line === traced[index] ? [] : [{ source: programs[index]?.source, plain: line, traced: traced[index] }],
  );
}
