import { diag } from '@opentelemetry/api';
import { register, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
import * as module from 'node:module';

let isHooked = false;

/**
 * Lets instrumentations see modules that are imported, by the hook that the running Node can do: the synchronous one in this
 * thread, else the asynchronous loader. Required modules need no hook. With `libraries`, all others stay as they are.
 */
export function hookModules(libraries?: string[]): void {
  if (isHooked) return;
  isHooked = true;
  if (supportsSyncHooks()) {
    register(libraries === undefined ? undefined : { include: libraries });
    return;
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only hook of a Node without the synchronous one
    module.register('import-in-the-middle/hook.mjs', import.meta.url, { data: { include: libraries } });
  } catch {
    diag.warn(
      `tracing: Node ${process.version} has no module hook that works here, so imported libraries give no spans. ` +
        'Use Node 24.11.1 or later.',
    );
  }
}
