import { parseArgs } from 'node:util';
import { type CommandOptions, UsageWrong } from './command.ts';

export interface Arguments {
  readonly command: string | undefined;
  readonly positionals: readonly string[];
  readonly options: CommandOptions;
  readonly isHelp: boolean;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  verbose: { type: 'boolean', short: 'v' },
  json: { type: 'boolean' },
  check: { type: 'boolean' },
  'dry-run': { type: 'boolean', short: 'n' },
  backup: { type: 'boolean', short: 'b' },
  'no-backup': { type: 'boolean' },
  'no-color': { type: 'boolean' },
  top: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string', short: 'o' },
  endpoint: { type: 'string' },
  ui: { type: 'string' },
  root: { type: 'string' },
} as const;

/** Reads the command line. Throws `UsageWrong`. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parsed(argv);
  const [command, ...rest] = positionals;
  const top = Number(values.top ?? 10);
  if (!Number.isInteger(top) || top < 1)
    throw new UsageWrong(`--top must be a whole number from 1, not ${String(values.top)}`);
  return {
    command,
    positionals: rest,
    isHelp: values.help === true,
    options: {
      verbose: values.verbose === true,
      json: values.json === true,
      check: values.check === true,
      dryRun: values['dry-run'] === true,
      backup: values['no-backup'] !== true,
      top,
      to: values.to,
      out: values.out,
      endpoint: values.endpoint ?? 'http://localhost:4318',
      ui: values.ui ?? 'http://localhost:16686',
      root: values.root,
    },
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageWrong(error instanceof Error ? error.message : String(error));
  }
}
