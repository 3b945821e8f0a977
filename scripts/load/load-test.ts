import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkTarget } from '../sending/check-target.ts';
import { LiveLine, progressBar } from '../terminal/live-line.ts';
import { prepareFile } from '../terminal/prepare-file.ts';
import { EXIT } from '../terminal/run-command.ts';
import { Style } from '../terminal/style.ts';
import { duration } from '../terminal/duration.ts';
import { plural, rate } from '../terminal/units.ts';
import { TraceReader } from '../traces/trace-reader.ts';
import { compareReports, readBaseline } from './baseline.ts';
import { buildReport } from './build-report.ts';
import type { Collector } from './collector.ts';
import { htmlReport } from './html/page.ts';
import { SHOP_MIX } from './load-mix.ts';
import type { LoadOptions } from './options.ts';
import { printReport } from './print-report.ts';
import { LoadReport, type Settings } from './report.ts';
import { type LoadRun, runLoad } from './run-load.ts';
import { judge } from './thresholds.ts';

const DEFAULT_WIDTH = 120;
/** A whole number of requests that nobody set. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

/** One load test: checks, sends, reports, writes the files. */
export class LoadTest {
  readonly #options: LoadOptions;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** The exit code. */
  async run(signal: AbortSignal): Promise<number> {
    const { settings, baselineFile, jsonFile, htmlFile } = this.#options;
    const before = baselineFile === undefined ? undefined : await readBaseline(baselineFile);
    await prepareFile('json', jsonFile);
    await prepareFile('html', htmlFile);
    await checkTarget(settings.url);
    const run = await this.#send(signal);
    const report = await this.#reportOf(run, before);
    await this.#tell(report);
    const isMet = report.thresholds.every(threshold => threshold.isMet);
    return isMet && report.statuses.length > 0 ? 0 : EXIT.notMet;
  }

  async #send(signal: AbortSignal): Promise<LoadRun> {
    const { settings } = this.#options;
    let collector: Collector | undefined;
    const line = new LiveLine(() => (collector === undefined ? 'warming up' : progressText(collector, settings)));
    const onStart = (started: Collector) => (collector = started);
    try {
      return await runLoad(settings, SHOP_MIX, { signal, onStart });
    } finally {
      line.stop();
    }
  }

  async #reportOf(run: LoadRun, before: LoadReport | undefined): Promise<LoadReport> {
    const { settings, thresholds } = this.#options;
    const measured = await buildReport(run, settings, new TraceReader(settings.traces));
    return LoadReport.parse({
      ...measured,
      thresholds: judge(thresholds, measured),
      ...(before === undefined ? {} : { baseline: compareReports(before, measured) }),
    });
  }

  async #tell(report: LoadReport): Promise<void> {
    const { jsonFile, htmlFile } = this.#options;
    const json = `${JSON.stringify(report, undefined, 2)}\n`;
    const style = new Style(process.stdout, process.env);
    const width = process.stdout.isTTY ? process.stdout.columns : DEFAULT_WIDTH;
    process.stdout.write(jsonFile === '-' ? json : `\n${printReport(report, { style, width })}`);
    if (jsonFile !== undefined && jsonFile !== '-') await this.#write(jsonFile, json);
    if (htmlFile !== undefined) await this.#write(htmlFile, htmlReport(report));
  }

  async #write(file: string, content: string): Promise<void> {
    await writeFile(file, content);
    process.stderr.write(`Report: ${resolve(file)}\n`);
  }
}

function progressText(collector: Collector, settings: Settings): string {
  const nowMs = performance.now();
  const { requests, errors, ratePerSecond, p50Ms, p99Ms } = collector.progress(nowMs);
  const share = Math.max(shareOfRequests(requests, settings), shareOfTime(nowMs - collector.startMs, settings));
  return [
    progressBar(share),
    `${Math.floor(100 * Math.min(1, share))} %`.padStart(5),
    plural(requests, 'request'),
    rate(ratePerSecond),
    `p50 ${duration(p50Ms)}`,
    `p99 ${duration(p99Ms)}`,
    plural(errors, 'error'),
  ].join('  ');
}

const shareOfRequests = (made: number, { users, requests }: Settings): number =>
  requests === ENDLESS ? 0 : made / (users * requests);

const shareOfTime = (sinceMs: number, { durationS }: Settings): number =>
  durationS === null ? 0 : sinceMs / (durationS * 1_000);
