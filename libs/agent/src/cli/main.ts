// The command line. `process.execve` makes this process the command, so that nothing of ours runs beside it.
import { inheritedEnvironment } from '../config.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { printDiagnosis } from '../doctor/print-diagnosis.ts';
import { AgentLog } from '../report/agent-log.ts';
import { parseArguments } from './arguments.ts';
import type { CommandLine } from './arguments.ts';
import { childEnvironment } from './child-environment.ts';
import { dryRun } from './dry-run.ts';
import { runCommand } from './run-command.ts';
import { printStatus } from './status.ts';
import { usage, versionLine } from './usage.ts';
import { AGENT_VERSION } from '../version.ts';

process.exitCode = await main(parseArguments(process.argv.slice(2)));

async function main(line: CommandLine): Promise<number> {
  switch (line.kind) {
    case 'version':
      return say(`${versionLine}\n`);
    case 'help':
      return say(usage);
    case 'wrong':
      process.stderr.write(`${usage}\n${line.message}\n`);
      return 2;
    case 'doctor':
      return printDiagnosis(await diagnose(line.folder));
    case 'status':
      return printStatus(line.pid);
    case 'run':
      return run(line);
  }
}

function run({ flags, command }: Extract<CommandLine, { kind: 'run' }>): number {
  const env = childEnvironment(flags, inheritedEnvironment());
  if (flags.isDryRun) return say(dryRun(command, env));
  const log = new AgentLog(flags);
  log.info(`Starting Auto-Instrumentation Agent v${AGENT_VERSION}`);
  log.info(`Service name: ${env['OTEL_SERVICE_NAME'] ?? "the program's package"}`);
  log.info(
    `Jaeger endpoint: ${env['AUTO_AGENT_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? 'http://localhost:4318'}`,
  );
  log.info(`Running command: ${command.join(' ')}`);
  log.debug(`Executing: NODE_OPTIONS='${env['NODE_OPTIONS'] ?? ''}' ${command.join(' ')}`);
  return runCommand(command, env);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}
