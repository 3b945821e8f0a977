import { PathMissing } from './source-files.ts';
import { LogMissing, LogUnreadable } from '../reader/read-log.ts';
import { readArguments } from './args.ts';
import { type Command, CommandFailed, type Output, UsageWrong } from './command.ts';
import { SourceUnreadable } from '../rewrite/parse.ts';

// Loaded when asked for: the MCP server alone takes longer than all the rest.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  analyze: async () => (await import('./commands/analyze.ts')).analyze,
  instrument: async () => (await import('./commands/instrument.ts')).instrument,
  restore: async () => (await import('./commands/restore.ts')).restore,
  validate: async () => (await import('./commands/validate.ts')).validate,
  report: async () => (await import('./commands/report.ts')).report,
  diff: async () => (await import('./commands/diff.ts')).diff,
  export: async () => (await import('./commands/export.ts')).exportLog,
  view: async () => (await import('./commands/view.ts')).view,
  mcp: async () => (await import('./commands/mcp.ts')).mcp,
  version: async () => (await import('./commands/version.ts')).version,
};

export const HELP = `usage: flowctl <command> [options]

Source
  analyze <path> [-v] [--json]         Count functions, and those that can be given tracing by hand
  instrument <path> [-n] [--no-backup] [--check] [--json]
                                       Add tracing by hand to a file or directory
  restore <path>                       Bring back what instrument changed, byte for byte
  validate [path] [--json]             Say whether a project is ready to be traced

Logs
  report <log> [--top N] [--json]      Slowest, hottest, failed and repeated calls, and the call tree
  diff <log> <log> [--top N] [--json]  What became slower, faster, more or fewer between two runs
  export <log> --to perfetto|chrome|speedscope|otlp [-o file]
  view <log> [--endpoint URL] [--ui URL]
                                       Send the calls to a trace backend and print where to look at them
  mcp [--root DIR]                     Serve logs below a directory to an AI assistant, on standard input and output

  version                              Say which version this is`;

/** Runs a command line; answers the exit code: 0 done, 1 could not or found something, 2 misused. */
export async function run(argv: readonly string[], output: Output): Promise<number> {
  try {
    return await dispatch(argv, output);
  } catch (error) {
    if (error instanceof UsageWrong) {
      output.warn(`flowctl: ${error.message}`, '', HELP);
      return 2;
    }
    if (!isForeseen(error)) throw error;
    output.warn(`❌ Error: ${error.message}`);
    return 1;
  }
}

async function dispatch(argv: readonly string[], output: Output): Promise<number> {
  const { command, positionals, options, isHelp } = readArguments(argv);
  if (command === undefined || isHelp) {
    output.print(HELP);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (load === undefined) throw new UsageWrong(`there is no command ${JSON.stringify(command)}`);
  const run = await load();
  return run({ positionals, options, output });
}

const FORESEEN = [CommandFailed, PathMissing, LogMissing, LogUnreadable, SourceUnreadable];

function isForeseen(error: unknown): error is Error {
  return isSystemError(error) || FORESEEN.some(kind => error instanceof kind);
}

/** What the system refuses says in its message what it was, and where. */
function isSystemError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'message' in error;
}
