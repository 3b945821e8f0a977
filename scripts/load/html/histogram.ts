import { duration } from '../../terminal/duration.ts';
import { plural, whole } from '../../terminal/units.ts';
import { type LoadReport, rowOf, type Row } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { linear, logarithmic, logTicks, round, type Scale, ticks } from './scale.ts';

const WIDTH = 960;
const LEFT = 56;
const TOP = 44;
const BOTTOM = 190;
const HEIGHT = 212;
const LABEL_WIDTH = 108;
const LABEL_LINE = 14;
const MARKED = ['p50', 'p90', 'p99'] as const;

/** How many requests took how long, on a logarithmic scale; each mark leads to a trace that had it. */
export function histogram({ histogram: bins, latency }: LoadReport): Markup {
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return html`<p class="quiet">Nothing was answered.</p>`;
  const [low, high] = [first.fromMs, last.toMs];
  const most = Math.max(...bins.map(({ count }) => count));
  const x = logarithmic([low, high], [LEFT, WIDTH - 8]);
  const y = linear([0, most], [BOTTOM, TOP]);
  const marks = MARKED.flatMap(name => rowOf(latency, name) ?? []);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Histogram of latency">
    ${ticks(most, 3).map(count => countLine(y(count), count))}
    ${bins.filter(({ count }) => count > 0).map(bin => barOf(bin, x, y))}
    ${logTicks(low, high).map(ms => html`<text class="axis" x="${x(ms)}" y="${HEIGHT - 6}" text-anchor="middle">${tick(ms)}</text>`)}
    ${placed(marks, x)}
  </svg>`;
}

const tick = (ms: number): string => {
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
};

function barOf({ fromMs, toMs, count }: LoadReport['histogram'][number], x: Scale, y: Scale): Markup {
  const [left, right] = [x(fromMs), x(toMs)];
  const label = `${duration(fromMs)} to ${duration(toMs)}: ${plural(count, 'request')}`;
  const height = Math.max(1, round(BOTTOM - y(count)));
  return html`<rect
    class="bar"
    x="${left}"
    y="${round(BOTTOM - height)}"
    width="${Math.max(1, round(right - left - 1))}"
    height="${height}"
    ><title>${label}</title></rect
  >`;
}

function countLine(y: number, count: number): Markup {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}" />
    <text class="axis" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${whole(count)}</text>`;
}

// A label that would cover its neighbour goes one line up.
function placed(marks: readonly Row[], x: Scale): Markup[] {
  const ends: number[] = [];
  return marks.map(row => {
    const at = Math.max(LEFT, x(row.ms));
    const isAtEnd = at + LABEL_WIDTH > WIDTH;
    const from = isAtEnd ? at - LABEL_WIDTH : at;
    const free = ends.findIndex(end => end < from);
    const line = free < 0 ? ends.length : free;
    ends[line] = from + LABEL_WIDTH;
    return markOf(row, { at, line, anchor: isAtEnd ? 'end' : 'start' });
  });
}

function markOf({ name, ms, link }: Row, { at, line, anchor }: { at: number; line: number; anchor: string }): Markup {
  const y = TOP - 6 - line * LABEL_LINE;
  return html`<a href="${link}"
    ><line class="mark" x1="${at}" x2="${at}" y1="${y - 8}" y2="${BOTTOM}" />
    <text class="mark-label" x="${anchor === 'end' ? at - 4 : at + 4}" y="${y}" text-anchor="${anchor}"
      >${name} ${duration(ms)}</text
    ></a
  >`;
}
