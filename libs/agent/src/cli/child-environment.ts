import { fileURLToPath } from 'node:url';
import type { AgentFlags } from './arguments.ts';

/** The file that a traced process loads first; its path stays the same from release to release. */
const registerFile = fileURLToPath(new URL('../../bin/register.cjs', import.meta.url));

/** The command's environment: the caller's, with the flags as variables and the agent in NODE_OPTIONS. */
export function childEnvironment(flags: AgentFlags, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, ...variablesOf(flags), NODE_OPTIONS: withPreload(env['NODE_OPTIONS'] ?? '', registerFile) };
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

/**
 * NODE_OPTIONS with a file to load first. `--require`, not `--import`: with the latter Node loads the program itself by another way,
 * and some programs notice.
 */
export function withPreload(options: string, file: string): string {
  if (options.includes(file)) return options;
  const path = /[\s"\\]/.test(file) ? `"${file.replaceAll(/["\\]/g, String.raw`\$&`)}"` : file;
  return `${options} --require=${path}`.trim();
}
