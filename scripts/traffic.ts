// Traffic for the shop: `node --conditions=@tracelab/source scripts/traffic.ts --help`.
import { runCommand } from './terminal/run-command.ts';
import { trafficOptions, trafficUsage } from './traffic/options.ts';
import { Traffic } from './traffic/traffic.ts';

await runCommand(async ({ args, signal }) => {
  const options = trafficOptions(args);
  if (options !== undefined) return new Traffic(options).run(signal);
  process.stdout.write(trafficUsage());
  return 0;
});
