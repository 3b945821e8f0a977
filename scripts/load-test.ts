// Loads the shop and names the trace behind every number: `node --conditions=@tracelab/source scripts/load-test.ts --help`.
import { loadOptions, loadUsage } from './load/options.ts';
import { LoadTest } from './load/load-test.ts';
import { runCommand } from './terminal/run-command.ts';

await runCommand(async ({ args, signal }) => {
  const options = loadOptions(args);
  if (options !== undefined) return new LoadTest(options).run(signal);
  process.stdout.write(loadUsage());
  return 0;
});
