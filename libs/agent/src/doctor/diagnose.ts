import { inheritedEnvironment } from '../config.ts';
import { checkEndpoint } from './check-endpoint.ts';
import { checkNode } from './check-node.ts';
import { checkPackages } from './check-packages.ts';
import { checkSettings } from './check-settings.ts';
import { checkStart } from './check-start.ts';
import type { Finding } from './finding.ts';

export interface DiagnosisOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeVersion?: string;
}

/** Everything found in the project of `folder`, this environment and this Node; empty when spans will arrive. */
export async function diagnose(folder: string, options: DiagnosisOptions = {}): Promise<readonly Finding[]> {
  const { env = inheritedEnvironment(), nodeVersion = process.versions.node } = options;
  const node = checkNode(nodeVersion);
  // Where spans go is worked out by what cannot run in an old Node.
  const isTooOld = node.some(({ code }) => code === 'NODE_TOO_OLD');
  return [
    ...node,
    ...checkSettings(env),
    ...checkPackages(folder),
    ...checkStart(folder),
    ...(isTooOld ? [] : await checkEndpoint(env)),
  ];
}
