import { duration } from '../../terminal/duration.ts';
import { percent, plural, rate, whole } from '../../terminal/units.ts';
import { type Change, type LoadReport, rowOf, type ThresholdResult } from '../report.ts';
import { figureText, outsideTrace } from '../figure-text.ts';
import { histogram } from './histogram.ts';
import { html, Markup } from './markup.ts';
import { STYLE_SHEET } from './style-sheet.ts';
import { differenceTable, routeTable, settingsTable } from './tables.ts';
import { timeline } from './timeline.ts';
import { waterfall } from './waterfall.ts';

/** The report as one file that needs nothing but itself: no script, no font, no network. */
export function htmlReport(report: LoadReport): string {
  const { url } = report.settings;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>Load test of ${url}</title>
        <style>
          ${new Markup(STYLE_SHEET)}
        </style>
      </head>
      <body>
        <h1>Load test of ${url}</h1>
        ${verdict(report)} ${numbers(report)} ${charts(report)}
        <section>
          <h2>By route</h2>
          ${routeTable(report)}
        </section>
        ${traceSections(report)} ${baseline(report)}
        <section class="settings">
          <h2>Settings and versions</h2>
          ${settingsTable(report)}
        </section>
      </body>
    </html> `;
  return page.text;
}

function verdict({ thresholds, isComplete, durationS }: LoadReport): Markup {
  const stopped = isComplete ? undefined : html`<b class="amber">Stopped early, after ${durationS.toFixed(1)} s.</b> `;
  if (thresholds.length === 0)
    return html`<p class="verdict">${stopped}<span class="quiet">No threshold was set.</span></p>`;
  const failed = thresholds.filter(({ isMet }) => !isMet);
  const head =
    failed.length === 0
      ? html`<b>Every threshold is met.</b>`
      : html`<b class="bad">${failed.length} of ${plural(thresholds.length, 'threshold')} not met.</b>`;
  return html`<p class="verdict">${stopped}${head} ${thresholds.map(thresholdText)}</p>`;
}

function thresholdText({ text, actual, unit, isMet }: ThresholdResult): Markup {
  const is = actual === null ? 'not measured' : figureText(actual, unit);
  return html` <span class="${isMet ? 'quiet' : 'bad'}">${text} (${is})</span>`;
}

function numbers({ requests, ratePerSecond, durationS, latency, errors, errorRate, statuses }: LoadReport): Markup {
  const [p50, p99] = [rowOf(latency, 'p50'), rowOf(latency, 'p99')];
  const foreseen = statuses.filter(({ status, isError }) => status >= 400 && !isError);
  const refused = foreseen.reduce((sum, { count }) => sum + count, 0);
  const four: readonly (readonly [string, string, string])[] = [
    ['requests', rate(ratePerSecond), `${whole(requests)} in ${durationS.toFixed(1)} s`],
    [
      'p50',
      p50 === undefined ? 'none' : duration(p50.ms),
      p50?.blame === undefined ? '' : `${p50.blame.service}: ${p50.blame.step}`,
    ],
    [
      'p99',
      p99 === undefined ? 'none' : duration(p99.ms),
      p99?.blame === undefined ? '' : `${p99.blame.service}: ${p99.blame.step}`,
    ],
    [
      'errors',
      percent(errorRate),
      refused === 0 ? whole(errors) : `${whole(errors)}; ${whole(refused)} foreseen refusals`,
    ],
  ];
  return html`<dl class="numbers">
    ${four.map(
      ([name, value, note], at) =>
        html`<div>
          <dt>${name}</dt>
          <dd class="${at === 3 && errors > 0 ? 'bad' : ''}">${value}</dd>
          <dd>${note}</dd>
        </div>`,
    )}
  </dl>`;
}

function charts(report: LoadReport): Markup {
  const since = report.loop === 'open' ? ', since the request was due' : '';
  return html`<section>
      <h2>Latency over time${since}</h2>
      <p class="legend">
        <span><i class="p50"></i>p50</span><span><i class="p99"></i>p99</span
        ><span><i class="dot"></i>slowest of its second</span><span><i class="box"></i>errors</span>
      </p>
      ${timeline(report)}
    </section>
    <section>
      <h2>How many took how long${since}</h2>
      ${histogram(report)} ${serviceTime(report)}
    </section>`;
}

function serviceTime({ serviceTime: sent }: LoadReport): Markup | undefined {
  if (sent === undefined || sent.count === 0) return undefined;
  const names = ['p50', 'p90', 'p99', 'max'] as const;
  const figures = names.map(name => `${name} ${duration(rowOf(sent, name)?.ms ?? 0)}`).join(', ');
  return html`<p class="quiet">Since the request was sent, waiting for a connection left out: ${figures}.</p>`;
}

function traceSections({ traces }: LoadReport): Markup {
  if (traces.state === 'unreadable') {
    return html`<section>
      <h2>Traces</h2>
      <p class="amber">Traces could not be read: ${traces.reason}. The links work once a backend has them.</p>
    </section>`;
  }
  const { slowest, difference } = traces;
  return html`${
    slowest === undefined
      ? undefined
      : html`<section>
          <h2>The slowest request: ${slowest.route}, <a href="${slowest.link}">${duration(slowest.ms)}</a></h2>
          <p class="quiet">
            Solid is the critical path:
            ${slowest.explanation.services.map(({ service, share }) => `${service} ${percent(share)}`).join(', ')}.
            ${outsideTrace(slowest.ms, slowest.explanation.durationMs)}
          </p>
          ${waterfall(slowest.explanation)}
        </section>`
  }
  ${
    difference === undefined
      ? undefined
      : html`<section>
          <h2>
            What the <a href="${difference.p99.link}">p99</a> of ${difference.route} does that its
            <a href="${difference.p50.link}">p50</a> does not
          </h2>
          ${differenceTable(difference)}
        </section>`
  }`;
}

function baseline({ baseline: compared }: LoadReport): Markup | undefined {
  if (compared === undefined) return undefined;
  const { worse, better, otherSettings, startedAt } = compared;
  const row = (word: string, kind: string) => (change: Change) =>
    html`<tr>
      <td class="${kind}">${word}</td>
      <td>${change.route}</td>
      <td>${change.figure}</td>
      <td class="number">${figureText(change.before, change.unit)}</td>
      <td class="number">${figureText(change.after, change.unit)}</td>
    </tr>`;
  const rows = [...worse.map(row('worse', 'bad')), ...better.map(row('better', 'quiet'))];
  return html`<section>
    <h2>Against the run of ${startedAt}</h2>
    ${otherSettings.length === 0 ? undefined : html`<p class="amber">The settings differ: ${otherSettings.join(', ')}.</p>`}
    ${
      rows.length === 0
        ? html`<p>Nothing differs beyond noise.</p>`
        : html`<table>
            <thead>
              <tr>
                <th></th>
                <th>route</th>
                <th>figure</th>
                <th class="number">before</th>
                <th class="number">now</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section>`;
}
