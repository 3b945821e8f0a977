// The tour: starts the system (in Docker where an engine runs it, else here), sends traffic and a short load, and ends with
// what to look at. Ctrl-C stops what it started.
import { Demo } from './demo/demo.ts';
import { loadStackConfig } from './stack/config.ts';
import { parseSwitches } from './terminal/flags.ts';
import { runCommand } from './terminal/run-command.ts';

const USAGE = `Usage: make demo    start, traffic, a short load, and what to look at; Ctrl-C stops what it started

Uses the system that runs where GATEWAY_PORT and HUB_PORT say, and starts one where none does.
`;

await runCommand(async ({ args, signal }) => {
  if (parseSwitches([], args) !== undefined) return new Demo(loadStackConfig(), signal).run();
  process.stdout.write(USAGE);
  return 0;
});
