import { serviceHue } from '@tracelab/trace-model';
import { duration } from '../../terminal/duration.ts';
import type { TraceExplanation, WaterfallRow } from '../../traces/explain-trace.ts';
import { html, type Markup } from './markup.ts';

const share = (part: number, whole: number): string => `${Math.round((10_000 * part) / (whole || 1)) / 100}%`;

/** A trace as rows of bars on one scale; solid where a span decided the duration. */
export function waterfall({ waterfall: rows, durationMs, rowCount }: TraceExplanation): Markup {
  const hidden = rowCount - rows.length;
  return html`<table class="waterfall">
      ${rows.map(row => rowOf(row, durationMs))}
    </table>
    ${hidden > 0 ? html`<p class="quiet">and ${hidden} more</p>` : undefined}`;
}

function rowOf(row: WaterfallRow, totalMs: number): Markup {
  const { depth, service, name, ms, startMs, isError, criticalMs } = row;
  const kind = [criticalMs.length > 0 ? 'critical' : 'beside', ...(isError ? ['failed'] : [])].join(' ');
  const sections = criticalMs.map(
    ([from, to]) => html`<i class="solid" style="left:${share(from, totalMs)};width:${share(to - from, totalMs)}"></i>`,
  );
  return html`<tr class="${kind}" style="--hue:${serviceHue(service)}">
    <td class="name" style="--depth:${depth}" title="${name}">${name}${isError ? ' — error' : ''}</td>
    <td class="service"><b></b>${service}</td>
    <td class="bars">
      <i class="span" style="left:${share(startMs, totalMs)};width:${share(ms, totalMs)}"></i>${sections}
    </td>
    <td class="number">${duration(ms)}</td>
  </tr>`;
}
