// `node --import source-hook.ts src/main.ts`: the workspace's TypeScript is compiled as it is loaded. Node's own way with
// types does not know decorators.
import { registerHooks, setSourceMapsSupport } from 'node:module';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSource } from './compile-source.ts';
import { WARM_UP_FOLDERS, warmUp } from './warm-up.ts';

// --enable-source-maps would read those of all dependencies, which takes a service a tenth of its start.
setSourceMapsSupport(true, { nodeModules: false });
registerHooks({
  load: (url, context, nextLoad) => {
    const isOurs = url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');
    if (!isOurs) return nextLoad(url, context);
    return { format: 'module', source: compileSource(fileURLToPath(url)), shortCircuit: true };
  },
});

const folders = process.env[WARM_UP_FOLDERS];
if (folders !== undefined) {
  // A child of the service starts at once.
  Reflect.deleteProperty(process.env, WARM_UP_FOLDERS);
  await warmUp(folders.split(delimiter));
}
