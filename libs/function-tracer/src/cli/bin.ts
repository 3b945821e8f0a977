#!/usr/bin/env node
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  print: (...lines) => process.stdout.write(`${lines.join('\n')}\n`),
  warn: (...lines) => process.stderr.write(`${lines.join('\n')}\n`),
});
