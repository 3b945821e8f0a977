#!/usr/bin/env -S node --max-semi-space-size=4
import { ConfigError } from '@tracelab/service-kit/config';

import { loadConfig, usage } from './config.ts';
import { Hub } from './hub.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const warn = (message: string): void => {
  process.stderr.write(`${message}\n`);
};
// Better no hub, which whoever runs it notices, than one that takes nothing.
const giveUp = ({ message, cause }: Error): void => {
  warn(`the hub ends: ${message} (${(cause as Error).message})`);
  process.exit(1);
};

try {
  const config = loadConfig(process.argv.slice(2));
  if (config === undefined) {
    process.stdout.write(usage());
  } else {
    const hub = await Hub.start(config, { warn, giveUp });
    stopOnSignal(hub);
    process.stdout.write(`screens  ${hub.queryUrl}\nqueries  ${hub.queryUrl}/api\nOTLP     ${hub.otlpUrl}/v1/traces\n`);
    for (const file of (await hub.store.statistics()).setAside) {
      warn(`a file could not be read and was set aside: ${file}`);
    }
  }
} catch (error) {
  // What the user can mend is said in words; the rest is a bug and needs its stack.
  const isForUser = error instanceof ConfigError || 'code' in (error as object);
  warn(isForUser ? (error as Error).message : String((error as Error).stack));
  process.exitCode = 1;
}
