import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Command } from '../command.ts';
import { readManifest } from '../manifest.ts';
import { sourceFiles } from '../source-files.ts';
import { ownPackage } from './version.ts';

const PACKAGE = '@tracelab/function-tracer';
const FRAMEWORKS: Readonly<Record<string, string>> = {
  express: 'Express',
  fastify: 'Fastify',
  '@nestjs/core': 'NestJS',
  koa: 'Koa',
  '@hapi/hapi': 'hapi',
};
const SETTINGS = ['package.json', 'tsconfig.json'];

interface Validation {
  readonly hasPackage: boolean;
  readonly files: number;
  readonly settings: readonly string[];
  readonly frameworks: readonly string[];
}

export const validate: Command = ({ positionals, options, output }) => {
  const found = inspectProject(resolve(positionals[0] ?? '.'));
  if (options.json) output.print(JSON.stringify(found, null, 2));
  else output.print(...describeProject(found));
  return found.hasPackage ? 0 : 1;
};

function inspectProject(directory: string): Validation {
  const settings = SETTINGS.filter(name => existsSync(join(directory, name)));
  const dependencies = dependenciesOf(directory);
  return {
    hasPackage: isInstalled(directory, dependencies),
    files: sourceFiles(directory).length,
    settings,
    frameworks: Object.entries(FRAMEWORKS).flatMap(([name, shown]) => (dependencies.has(name) ? [shown] : [])),
  };
}

/** What the project says it uses, not what happens to be installed. */
function dependenciesOf(directory: string): ReadonlySet<string> {
  const manifest = readManifest(directory);
  if (manifest === undefined) return new Set();
  const { name, dependencies, devDependencies } = manifest;
  return new Set([name, ...Object.keys(dependencies), ...Object.keys(devDependencies)]);
}

function isInstalled(directory: string, dependencies: ReadonlySet<string>): boolean {
  if (dependencies.has(PACKAGE)) return true;
  try {
    createRequire(join(directory, 'package.json')).resolve(PACKAGE);
    return true;
  } catch {
    return false; // It cannot be found from there.
  }
}

function describeProject({ hasPackage, files, settings, frameworks }: Validation): string[] {
  return [
    '🔍 Validating FlowTrace setup...',
    '',
    hasPackage
      ? `✅ ${PACKAGE} ${ownPackage().version} found`
      : `❌ ${PACKAGE} not found: add it to the project's dependencies`,
    `✅ Found ${files} source files`,
    settings.length > 0
      ? `✅ Project configuration found: ${settings.join(', ')}`
      : '⚠️ No project configuration found',
    ...(frameworks.length > 0 ? [`✅ Frameworks detected: ${frameworks.join(', ')}`] : []),
    '',
    hasPackage ? '✅ FlowTrace setup looks good!' : '⚠️ FlowTrace setup needs attention',
  ];
}
