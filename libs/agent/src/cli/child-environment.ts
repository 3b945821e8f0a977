import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AgentFlags } from './arguments.ts';

/** The file that a traced process loads first; its path stays the same from release to release. */
export const registerFile = fileURLToPath(new URL('../../bin/register.cjs', import.meta.url));

/** The command's environment: the caller's, with the flags as variables and the agent in NODE_OPTIONS. */
export function childEnvironment(flags: AgentFlags, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, ...variablesOf(flags), NODE_OPTIONS: withAgent(env['NODE_OPTIONS'] ?? '') };
}

/** The flags as the variables that the traced process reads. */
export function variablesOf(flags: AgentFlags): Record<string, string> {
  const variables: Record<string, string | undefined> = {
    OTEL_SERVICE_NAME: flags.serviceName,
    AUTO_AGENT_ENDPOINT: flags.endpoint,
    AUTO_AGENT_EXPORTER: flags.exporter,
    AUTO_AGENT_SAMPLE_RATE: flags.sampleRate,
    AUTO_AGENT_IGNORE_PATHS: flags.ignorePaths.join(',') || undefined,
    AUTO_AGENT_DISABLED: flags.disabled.join(',') || undefined,
    AUTO_AGENT_CONTROL: flags.control,
    AUTO_AGENT_FUNCTIONS: flags.functions === '' ? 'all' : flags.functions,
    AUTO_AGENT_DEBUG: flags.isDebugging ? '1' : undefined,
    AUTO_AGENT_SUMMARY: flags.hasSummary || flags.isDebugging ? '1' : undefined,
    TRACING_DETAIL: flags.detail,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

// `--require`, not `--import`: with the latter Node loads the program itself by another way, and some programs notice.
function withAgent(options: string): string {
  if (!existsSync(registerFile) || options.includes(registerFile)) return options;
  const path = /[\s"\\]/.test(registerFile) ? `"${registerFile.replaceAll(/["\\]/g, '\\$&')}"` : registerFile;
  return options === '' ? `--require=${path}` : `${options} --require=${path}`;
}
