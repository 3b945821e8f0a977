// `node --import source-hook.ts src/main.ts`: the workspace's TypeScript is compiled as it is loaded. Node's own way with
// types does not know decorators.
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileSource } from './compile-source.ts';

registerHooks({
  load: (url, context, nextLoad) => {
    const isOurs = url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');
    if (!isOurs) return nextLoad(url, context);
    return { format: 'module', source: compileSource(fileURLToPath(url)), shortCircuit: true };
  },
});
