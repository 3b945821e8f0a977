import { duration } from '../../terminal/duration.ts';
import { percent, rate, whole } from '../../terminal/units.ts';
import type { Growth } from '../../traces/explain-trace.ts';
import { type LoadReport, type QuantileName, type Route, rowOf, type Traces } from '../report.ts';
import { html, type Insertable, type Markup } from './markup.ts';

const SHOWN: readonly QuantileName[] = ['p50', 'p90', 'p99', 'p99.9', 'max'];

const cell = (content: Insertable): Markup => html`<td class="number">${content}</td>`;

/** Every route with its figures; each percentile leads to its trace and says what that one waited for. */
export function routeTable(report: LoadReport): Markup {
  const greatestMs = Math.max(...report.routes.map(({ latency }) => rowOf(latency, 'p99')?.ms ?? 0), 1e-3);
  const heads = ['requests', 'rate', 'errors', 'min', 'mean', ...SHOWN];
  return html`<table class="routes">
    <thead>
      <tr>
        <th>route</th>
        ${heads.map(head => html`<th class="number">${head}</th>`)}
        <th>p99, on one scale</th>
      </tr>
    </thead>
    <tbody>
      ${report.routes.map(route => routeRow(route, greatestMs))}
    </tbody>
  </table>`;
}

function routeRow(
  { route, requests, ratePerSecond, errors, errorRate, latency, statuses, failures }: Route,
  greatestMs: number,
): Markup {
  const isMeasured = latency.count > 0;
  const kinds = [
    ...statuses
      .filter(({ status }) => status >= 400)
      .map(({ status, count, isError, link }) => ({ name: String(status), count, isError, link })),
    ...failures.map(({ cause, count, link }) => ({ name: cause, count, isError: true, link })),
  ];
  const p99 = rowOf(latency, 'p99');
  return html`<tr>
      <td>${route}</td>
      ${cell(whole(requests))} ${cell(rate(ratePerSecond))}
      <td class="number${errors > 0 ? ' bad' : ''}">${percent(errorRate)}</td>
      ${cell(isMeasured ? duration(latency.minMs) : '')} ${cell(isMeasured ? duration(latency.meanMs) : '')}
      ${SHOWN.map(name => cell(quantileLink(latency, name)))}
      <td class="bars"><i class="span" style="width:${Math.round((100 * (p99?.ms ?? 0)) / greatestMs)}%"></i></td>
    </tr>
    ${
      kinds.length === 0 && p99?.blame === undefined
        ? undefined
        : html`<tr class="note">
            <td colspan="12">${kinds.map(kindNote)}${blameNote(p99)}</td>
          </tr>`
    }`;
}

function quantileLink(latency: Route['latency'], name: QuantileName): Markup | undefined {
  const row = rowOf(latency, name);
  if (row === undefined) return undefined;
  const { blame } = row;
  const title =
    blame === undefined ? row.traceId : `${blame.service} ${blame.step}: ${percent(blame.share)} of the critical path`;
  return html`<a href="${row.link}" title="${title}">${duration(row.ms)}</a>`;
}

function kindNote({
  name,
  count,
  isError,
  link,
}: {
  name: string;
  count: number;
  isError: boolean;
  link: string;
}): Markup {
  return html`<a href="${link}" class="${isError ? 'bad' : 'foreseen'}"
    >${name} × ${whole(count)}${isError ? '' : ', foreseen'}</a
  > `;
}

function blameNote(p99: Route['latency']['rows'][number] | undefined): Markup | undefined {
  const blame = p99?.blame;
  if (blame === undefined) return undefined;
  return html`<span>its p99 waits for ${blame.service}: ${blame.step}, ${percent(blame.share)}</span>`;
}

type Difference = NonNullable<Extract<Traces, { state: 'read' }>['difference']>;

/** What the p99 of a route does that its p50 does not. */
export function differenceTable({ added, grew, missing }: Difference): Markup {
  const rows = [
    ...added.map(each => growthRow('only in the p99', each)),
    ...grew.map(each => growthRow('grew', each)),
    ...missing.map(each => growthRow('only in the p50', each)),
  ];
  if (rows.length === 0) return html`<p>Nothing: the same steps, each within a millisecond.</p>`;
  return html`<table>
    <thead>
      <tr>
        <th></th>
        <th>service</th>
        <th>step</th>
        <th class="number">p50</th>
        <th class="number">p99</th>
        <th class="number">grew by itself</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function growthRow(
  kind: string,
  { service, step, beforeMs, afterMs, grewMs, beforeCount, afterCount }: Growth,
): Markup {
  return html`<tr>
    <td class="quiet">${kind}</td>
    <td>${service}</td>
    <td>${step}</td>
    ${cell(beforeCount > 0 ? duration(beforeMs) : '')} ${cell(afterCount > 0 ? duration(afterMs) : '')}
    ${cell(kind === 'grew' ? `+${duration(grewMs)}` : '')}
  </tr>`;
}

/** The settings under which the figures hold. */
export function settingsTable({ settings, tool, startedAt, durationS }: LoadReport): Markup {
  const { users, requests, rampUpS, thinkS, ratePerSecond, warmupS, timeoutS, seed, url, traces } = settings;
  const isOpen = ratePerSecond !== null;
  const facts: readonly (readonly [string, string])[] = [
    ['target', url],
    ['traces', traces],
    [
      'loop',
      isOpen ? `open, ${rate(ratePerSecond)}, at most ${whole(users)} connections` : `closed, ${whole(users)} users`,
    ],
    ...(isOpen
      ? []
      : ([
          [
            'each user',
            `${requests === Number.MAX_SAFE_INTEGER ? 'requests until the end' : `${whole(requests)} requests`}, thinks ${thinkS.join(' to ')} s`,
          ],
          ['ramp-up', `${rampUpS} s`],
        ] as const)),
    ['warm-up', `${warmupS} s`],
    ['timeout', `${timeoutS} s`],
    ['seed', String(seed)],
    ['started', startedAt],
    ['lasted', `${durationS.toFixed(1)} s`],
    ['made by', `tracelab ${tool.version}, Node ${tool.node}, ${tool.platform}, ${tool.cores} cores`],
  ];
  return html`<dl>
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
