import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Collector } from '../load/collector.ts';
import { checkTarget } from '../sending/check-target.ts';
import { pause } from '../sending/pause.ts';
import { Sender } from '../sending/sender.ts';
import { duration } from '../terminal/duration.ts';
import { LiveLine, progressBar } from '../terminal/live-line.ts';
import { prepareFile } from '../terminal/prepare-file.ts';
import { EXIT } from '../terminal/run-command.ts';
import { Style } from '../terminal/style.ts';
import { plural, rate } from '../terminal/units.ts';
import { SCENARIOS, type Shown } from './demo-scenarios.ts';
import { runActivity, runStress, type TrafficRun } from './modes.ts';
import type { TrafficOptions } from './options.ts';
import { ShopClient } from './shop-client.ts';
import { summaryLines, trafficReport } from './summary.ts';

/** One run of traffic, with what it tells while and after. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #style = new Style(process.stdout, process.env);
  #collector = new Collector(0);

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** The exit code. */
  async run(signal: AbortSignal): Promise<number> {
    const { url, timeoutMs, concurrent, jsonFile } = this.#options;
    await prepareFile('json', jsonFile);
    this.#head();
    const status = await checkTarget(url);
    this.#say(`Connected to NestJS application (Status: ${status})`, '');
    // Time starts now, not with the greeting.
    this.#collector = new Collector(performance.now());
    const sender = new Sender({ url, timeoutMs, maxConnections: concurrent });
    const close = () => {
      sender.close();
    };
    signal.addEventListener('abort', close);
    const done = await this.#mode({ options: this.#options, shop: new ShopClient(sender, this.#collector), signal });
    sender.close();
    this.#collector.finish();
    const report = trafficReport(this.#options, this.#collector, { ...done, isComplete: !signal.aborted });
    this.#say(...summaryLines(report, this.#style));
    if (jsonFile !== undefined) await this.#write(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
    return report.statuses.length > 0 ? 0 : EXIT.notMet;
  }

  async #mode(run: TrafficRun): Promise<{ patterns?: number; scenarios?: Shown[] }> {
    switch (this.#options.mode) {
      case 'demo':
        return { scenarios: await this.#demo(run) };
      case 'stress':
        await this.#live(() => runStress(run));
        return {};
      case 'activity':
        return { patterns: await this.#live(() => runActivity(run)) };
    }
  }

  async #demo({ shop, signal }: TrafficRun): Promise<Shown[]> {
    const all: Shown[] = [];
    const isStopped = () => signal.aborted;
    for (const scenario of SCENARIOS) {
      if (all.length > 0) await pause(this.#options.pauseMs, signal);
      if (isStopped()) break;
      const shown = await scenario(shop);
      // What was broken off says nothing of the shop.
      if (isStopped()) break;
      for (const each of shown) this.#show(each);
      all.push(...shown);
    }
    return all;
  }

  #show({ title, result, lookFor, traceId, tookMs }: Shown): void {
    this.#say(
      `${this.#style.bold(title)}  ${result}  ${this.#style.dim(duration(tookMs))}`,
      `  ${this.#style.accent(`${this.#options.tracesUrl}/trace/${traceId}`)}`,
      `  ${this.#style.dim(lookFor)}`,
      '',
    );
  }

  async #live<Result>(work: () => Promise<Result>): Promise<Result> {
    const line = new LiveLine(() => this.#progress());
    try {
      return await work();
    } finally {
      line.stop();
    }
  }

  #progress(): string {
    const nowMs = performance.now();
    const { requests, ratePerSecond, errors } = this.#collector.progress(nowMs);
    const share = Math.min(1, (nowMs - this.#collector.startMs) / this.#options.durationMs);
    const percent = `${Math.floor(100 * share)} %`.padStart(5);
    return [
      progressBar(share),
      percent,
      plural(requests, 'request'),
      rate(ratePerSecond),
      plural(errors, 'error'),
    ].join('  ');
  }

  #head(): void {
    const { url, mode, durationMs, concurrent, ratePerSecond } = this.#options;
    const facts = {
      demo: [],
      activity: [`Duration: ${durationMs / 1_000}s`, `Concurrent: ${concurrent}`],
      stress: [
        `Duration: ${durationMs / 1_000}s`,
        `Requests per second: ${ratePerSecond}`,
        `Concurrent: at most ${concurrent}`,
      ],
    }[mode];
    this.#say(`URL: ${url}`, `Mode: ${mode}`, ...facts);
  }

  #say(...lines: string[]): void {
    // With the JSON on stdout, words go where they do not disturb it.
    const stream = this.#options.jsonFile === '-' ? process.stderr : process.stdout;
    stream.write(`${lines.join('\n')}\n`);
  }

  async #write(file: string, json: string): Promise<void> {
    if (file === '-') process.stdout.write(json);
    else await writeFile(resolve(file), json);
  }
}
