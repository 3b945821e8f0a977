import type { SamplingSettings } from '../sampling-rules.ts';
import type { SpanQueueStats } from '@tracelab/tracing';
import type { SeenLibrary } from './activity.ts';

/** What `auto-agent status` shows and the control page answers. */
export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  readonly command: string;
  readonly node: string;
  readonly exporter: string;
  readonly endpoint: string;
  /** Its processors replace the agent's, which then count nothing. */
  readonly configFile: string | undefined;
  readonly sampling: SamplingSettings;
  readonly libraries: readonly SeenLibrary[];
  readonly spans: SpanQueueStats & { readonly started: number; readonly ended: number };
}

/** The summary at exit: what was patched, made, dropped and exported, and a hint where that is nothing. */
export function summaryOf({ pid, command, libraries, ...status }: AgentStatus): string {
  const patched = libraries.filter(({ isInstrumented }) => isInstrumented).map(({ name }) => name);
  const unpatched = libraries.filter(({ isInstrumented }) => !isInstrumented);
  return [
    `auto-agent: ${command} (process ${pid})`,
    `  patched: ${patched.join(', ') || 'no library beside Node itself'}`,
    ...unpatched.map(({ name, reason }) => `  not patched: ${name}${reason === undefined ? '' : ` (${reason})`}`),
    ...(status.configFile === undefined
      ? spanLines(status)
      : [`  spans: made and sent as ${status.configFile} says, and not counted`]),
    '',
  ].join('\n');
}

function spanLines({
  spans,
  endpoint,
  exporter,
  sampling,
}: Pick<AgentStatus, 'endpoint' | 'exporter' | 'sampling' | 'spans'>): string[] {
  const lost = spans.failed + spans.dropped;
  return [
    `  spans: ${spans.started} made, ${spans.exported} exported to ${endpoint} (${exporter}), ${spans.dropped} dropped, ${spans.failed} failed`,
    ...(spans.started === 0 ? [`  no spans: ${whyNone(sampling)}`] : []),
    ...(lost > 0 ? [`  ${lost} spans were lost: look whether ${endpoint} is up, with auto-agent doctor`] : []),
  ];
}

function whyNone({ sampleRate }: SamplingSettings): string {
  return sampleRate === 0
    ? 'the sample rate is 0'
    : 'nothing was received or called that is traced, or it is bundled; see auto-agent doctor';
}
