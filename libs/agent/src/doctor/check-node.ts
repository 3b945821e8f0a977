import type { Finding } from './finding.ts';

// From where on Node has module hooks that work in the program's own thread.
const syncHooks: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  22: [22, 3],
  24: [11, 1],
  25: [1, 0],
};

/** Whether a Node of this version can be traced. */
export function checkNode(version: string): Finding[] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 15))
    return [{ code: 'NODE_TOO_OLD', message: `Node ${version} cannot be traced`, remedy: 'Use Node 24.' }];
  const from = syncHooks[major];
  const hasHooks = major > 25 || (from !== undefined && (minor > from[0] || (minor === from[0] && patch >= from[1])));
  if (hasHooks) return [];
  return [
    {
      code: 'NO_SYNC_HOOKS',
      message: `Node ${version} sees imported libraries only through a slower loader, and may miss some`,
      remedy: 'Use Node 24.11.1 or later.',
    },
  ];
}
