import { duration } from '../../terminal/duration.ts';
import { plural } from '../../terminal/units.ts';
import type { LoadReport } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { linear, round, type Scale, ticks } from './scale.ts';

const WIDTH = 960;
const LEFT = 56;
const TOP = 8;
const LATENCY_BOTTOM = 180;
const ERRORS_TOP = 200;
const ERRORS_BOTTOM = 240;
const HEIGHT = 264;
const MOST_POINTS = 300;

type Second = LoadReport['seconds'][number];

interface Point extends Second {
  readonly fromS: number;
  readonly toS: number;
}

/** Latency over time, and the errors of the same seconds beneath it. */
export function timeline(report: LoadReport): Markup {
  const points = pointsOf(report.seconds);
  const endS = points.at(-1)?.toS ?? 1;
  const x = linear([0, endS], [LEFT, WIDTH]);
  const highMs = Math.max(1, ...points.map(({ maxMs }) => maxMs));
  const y = linear([0, highMs], [LATENCY_BOTTOM, TOP]);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Latency and errors over time">
    ${ticks(highMs, 4).map(ms => gridLine(y(ms), ms === 0 ? '0' : duration(ms)))}
    ${points.filter(({ answered }) => answered > 0).map(point => worst(point, { x, y, report }))}
    <polyline class="p99" points="${line(points, x, point => y(point.p99Ms))}" />
    <polyline class="p50" points="${line(points, x, point => y(point.p50Ms))}" />
    ${errorBars(points, x)} ${ticks(endS, 10).map(s => timeLabel(x(s), s))}
  </svg>`;
}

// Hours of seconds would be thinner than a pixel: neighbours are joined, the worst of each kept.
function pointsOf(seconds: readonly Second[]): Point[] {
  const size = Math.max(1, Math.ceil(seconds.length / MOST_POINTS));
  return Array.from({ length: Math.ceil(seconds.length / size) }, (_, at) => {
    const group = seconds.slice(at * size, (at + 1) * size);
    const slowest = group.reduce((left, right) => (right.maxMs > left.maxMs ? right : left));
    const p50s = group.map(({ p50Ms }) => p50Ms).sort((left, right) => left - right);
    return {
      ...slowest,
      fromS: at * size,
      toS: at * size + group.length,
      answered: group.reduce((sum, { answered }) => sum + answered, 0),
      errors: group.reduce((sum, { errors }) => sum + errors, 0),
      p50Ms: p50s[Math.floor(p50s.length / 2)] ?? 0,
      p99Ms: Math.max(...group.map(({ p99Ms }) => p99Ms)),
    };
  });
}

const middle = ({ fromS, toS }: Point): number => (fromS + toS) / 2;

const line = (points: readonly Point[], x: Scale, y: (point: Point) => number): string =>
  points
    .filter(({ answered }) => answered > 0)
    .map(point => `${x(middle(point))},${y(point)}`)
    .join(' ');

function worst(point: Point, { x, y, report }: { x: Scale; y: Scale; report: LoadReport }): Markup {
  const label = `slowest of second ${point.fromS}: ${duration(point.maxMs)}`;
  return html`<a href="${report.settings.traces}/trace/${point.maxTraceId}"
    ><circle class="max" cx="${x(middle(point))}" cy="${y(point.maxMs)}" r="2"><title>${label}</title></circle></a
  >`;
}

function gridLine(y: number, label: string): Markup {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}" />
    <text class="axis" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

function timeLabel(x: number, seconds: number): Markup {
  return html`<text class="axis" x="${x}" y="${HEIGHT - 6}" text-anchor="${seconds === 0 ? 'start' : 'middle'}">
    ${seconds} s
  </text>`;
}

function errorBars(points: readonly Point[], x: Scale): Markup {
  const most = Math.max(0, ...points.map(({ errors }) => errors));
  const y = linear([0, Math.max(1, most)], [ERRORS_BOTTOM, ERRORS_TOP]);
  const bars = points
    .filter(({ errors }) => errors > 0)
    .map(point => {
      const left = x(point.fromS);
      const width = Math.max(1, round(x(point.toS) - left - 1));
      const label = `second ${point.fromS}: ${plural(point.errors, 'error')}`;
      return html`<rect
        class="error"
        x="${left}"
        y="${y(point.errors)}"
        width="${width}"
        height="${round(ERRORS_BOTTOM - y(point.errors))}"
        ><title>${label}</title></rect
      >`;
    });
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${ERRORS_BOTTOM}" y2="${ERRORS_BOTTOM}" />
    <text class="axis" x="${LEFT - 6}" y="${ERRORS_BOTTOM}" text-anchor="end"
      >${most === 0 ? 'no errors' : 'errors'}</text
    >
    ${most === 0 ? undefined : html`<text class="axis" x="${LEFT - 6}" y="${ERRORS_TOP + 4}" text-anchor="end">${most}/s</text>`}
    ${bars}`;
}
