import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { loadAgentConfig } from '../config.ts';
import { stockLibraries } from '../libraries/library-list.ts';

const natively = ['fastify', 'undici', 'pg', '@nestjs/core', 'better-sqlite3', 'postgres'];

/** What `command` would be run with, and which of the libraries that this folder's packages have would be patched. */
export function dryRun(command: readonly string[], env: NodeJS.ProcessEnv): string {
  const { exporter, endpoint, sampleRate, ignorePaths, faults } = loadAgentConfig(env);
  const packages = createRequire(resolve('package.json'));
  const found = [...natively, ...stockLibraries.keys()].filter(name => isInstalled(packages, name));
  return [
    `would run: ${command.join(' ')}`,
    `  NODE_OPTIONS=${env['NODE_OPTIONS'] ?? ''}`,
    `  service: ${env['OTEL_SERVICE_NAME'] ?? "the program's package"}`,
    `  exporter: ${exporter}${endpoint === undefined ? '' : ` to ${endpoint}`}, sample rate ${sampleRate}`,
    ...(ignorePaths.length > 0 ? [`  ignored paths: ${ignorePaths.join(', ')}`] : []),
    `  would patch: ${['http', 'https', 'fetch', 'node:sqlite', ...found].join(', ')}`,
    ...faults.map(fault => `  warning: ${fault}`),
    '',
  ].join('\n');
}

function isInstalled(packages: NodeJS.Require, name: string): boolean {
  try {
    packages.resolve(name);
    return true;
  } catch {
    return false;
  }
}
