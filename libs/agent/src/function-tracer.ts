import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFunctionPrefix } from './config.ts';
import type { AgentLog } from './report/agent-log.ts';

const tracer = '@tracelab/function-tracer/register';

/**
 * Starts the function tracer in this process: it writes every function that runs, with the trace and span it ran in, to
 * `flowtrace.jsonl`. Looked for beside the agent and in the program's own packages.
 */
export function startFunctionTracer(prefix: string, log: AgentLog): void {
  const places = [import.meta.url, join(process.cwd(), 'package.json')];
  const found = places.flatMap(place => resolved(place) ?? []);
  const [file] = found;
  if (file === undefined) {
    log.warn('--functions does nothing: @tracelab/function-tracer is not installed here. Add it to the program.');
    return;
  }
  if (prefix !== 'all') setFunctionPrefix(prefix);
  createRequire(import.meta.url)(file);
  log.info(`Recording functions${prefix === 'all' ? '' : ` of ${prefix}`}`);
}

function resolved(place: string): string | undefined {
  try {
    return createRequire(place).resolve(tracer);
  } catch {
    return undefined;
  }
}
