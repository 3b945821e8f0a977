import { expect, test } from '@jest/globals';
import { isTracedProcess } from './traced-process.ts';

test.each([
  ['/app/dist/main.js'],
  ['/srv/yarn/app/server.cjs'],
  ['/home/corepack/app/server.js'],
  ['/app/.yarn/unplugged/server-npm-1.0.0/node_modules/server/main.js'],
  // pm2 loads the program into these.
  ['/app/node_modules/pm2/lib/ProcessContainer.js'],
  ['/app/node_modules/pm2/lib/ProcessContainerFork.js'],
  [String.raw`C:\app\node_modules\pm2\lib\ProcessContainerFork.js`],
])('%s is a program, or loads one', entry => {
  expect(isTracedProcess(entry)).toBe(true);
});

test.each([
  ['/usr/lib/node_modules/npm/bin/npm-cli.js'],
  ['/app/node_modules/@nestjs/cli/bin/nest.js'],
  ['/app/node_modules/pm2/bin/pm2-runtime'],
  ['/app/node_modules/pm2/lib/Daemon.js'],
  ['/usr/share/yarn/bin/yarn.js'],
  ['/opt/yarn-v1.22.22/bin/yarnpkg'],
  ['/app/.yarn/releases/yarn-4.9.1.cjs'],
  ['/usr/lib/node_modules/corepack/dist/pnpm.js'],
  ['/home/me/.cache/node/corepack/v1/pnpm/10.4.0/bin/pnpm.cjs'],
  [String.raw`C:\Users\me\AppData\Local\node\corepack\v1\yarn\4.9.1\yarn.js`],
])('%s is a launcher', entry => {
  expect(isTracedProcess(entry)).toBe(false);
});
