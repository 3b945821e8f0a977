import { supportsSyncHooks } from '@tracelab/tracing/instrumenting';
import type { Finding } from './finding.ts';

/** Whether a Node of this version can be traced. */
export function checkNode(version: string): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 15))
    return [
      {
        code: 'NODE_TOO_OLD',
        message: `Node ${version} cannot be traced`,
        remedy: 'Use Node 24.',
      },
    ];
  if (supportsSyncHooks(version)) return [];
  return [
    {
      code: 'NO_SYNC_HOOKS',
      message: `Node ${version} sees imported libraries only through a slower loader, and may miss some`,
      remedy: 'Use Node 24.11.1 or later.',
    },
  ];
}
