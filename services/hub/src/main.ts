#!/usr/bin/env node
import { loadConfig, usage } from './config.ts';
import { Hub } from './hub.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const config = loadConfig(process.argv.slice(2));
if (config === undefined) {
  process.stdout.write(usage());
} else {
  const hub = await Hub.start(config);
  stopOnSignal(hub);
  process.stdout.write(`screens  ${hub.queryUrl}\nqueries  ${hub.queryUrl}/api\nOTLP     ${hub.otlpUrl}/v1/traces\n`);
}
