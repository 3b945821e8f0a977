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
  readonly sampling: SamplingSettings;
  readonly libraries: readonly SeenLibrary[];
  readonly spans: SpanQueueStats & { readonly started: number; readonly ended: number };
}

/** The summary at exit: what was patched, made, dropped and exported, and a hint where that is nothing. */
export function summaryOf({ pid, command, exporter, endpoint, libraries, spans, sampling }: AgentStatus): string {
  const patched = libraries.filter(({ isInstrumented }) => isInstrumented).map(({ name }) => name);
  const unpatched = libraries.filter(({ isInstrumented }) => !isInstrumented);
  const lost = spans.failed + spans.dropped;
  return [
    `auto-agent: ${command} (process ${pid})`,
    `  patched: ${patched.join(', ') || 'no library beside Node itself'}`,
    ...unpatched.map(({ name, reason }) => `  not patched: ${name}${reason === undefined ? '' : ` (${reason})`}`),
    `  spans: ${spans.started} made, ${spans.exported} exported to ${endpoint} (${exporter}), ${spans.dropped} dropped, ${spans.failed} failed`,
    ...(spans.started === 0 ? [`  no spans: ${whyNone(sampling)}`] : []),
    ...(lost > 0 ? [`  ${lost} spans were lost: look whether ${endpoint} is up, with auto-agent doctor`] : []),
    '',
  ].join('\n');
}

function whyNone({ sampleRate }: SamplingSettings): string {
  return sampleRate === 0
    ? 'the sample rate is 0'
    : 'nothing was received or called that is traced, or it is bundled; see auto-agent doctor';
}
