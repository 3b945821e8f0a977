import { isMainThread, threadId } from 'node:worker_threads';
import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { Filters } from './filters.ts';
import { runtime } from './runtime/global-runtime.ts';
import { RequestBudget } from './runtime/request-budget.ts';
import { CallValues } from './values/call-values.ts';
import { Describer } from './values/describe.ts';
import { Redactor } from './values/redact.ts';
import { BatchSink } from './writer/batch-sink.ts';
import { EventFormatter } from './writer/event-formatter.ts';
import { EventRecorder } from './writer/event-recorder.ts';
import { LogFile } from './writer/log-file.ts';
import type { RecordSink } from './writer/record-sink.ts';
import { RingSink } from './writer/ring-sink.ts';
import { segmentsFor, type SinkOptions } from './writer/sink-options.ts';

const MAX_DEPTH_SHOWN = 4;
const MAX_KEYS_SHOWN = 50;
const WORKER_BATCH_CHARS = 64 * 1024;
const LONGEST_WHOLE_VALUE = 256 * 1024;
const SUMMARY_MS = 1_000;

/** One run of tracing, from start to stop: the log that is open, and what is written to it. */
export class TracingSession {
  readonly config: Config;
  readonly recorder: EventRecorder;
  readonly filters: Filters;
  readonly #redactor: Redactor | undefined;
  readonly #sink: RecordSink;
  readonly #summaries: NodeJS.Timeout;
  #isClosed = false;

  constructor(config: Config) {
    const { settings } = config;
    this.config = config;
    this.filters = new Filters(config.filters);
    this.#sink = openSink(config);
    this.#redactor = settings.redact ? new Redactor({ keys: settings.redactKeys }) : undefined;
    const values = valuesFor(settings, this.#redactor);
    this.recorder = new EventRecorder(this.#sink, runtime.functions, { values, captureArgs: settings.captureArgs });
    this.#summaries = setInterval(() => {
      this.#summarize();
    }, SUMMARY_MS).unref();
  }

  start(): void {
    const { settings } = this.config;
    runtime.functions.enableWhere(description => this.filters.takesFunction(description));
    runtime.start({
      recorder: this.recorder,
      captureArgs: settings.captureArgs,
      maxDepth: settings.maxDepth,
      minDurationMs: settings.minDurationMicros / 1000,
      sampleRate: settings.sampleRate,
      aggregatesHot: settings.aggregateHot,
      requestBudget: new RequestBudget(settings.requestsPerSecond),
    });
  }

  /** What is said of a request, without secrets. */
  redacted(text: string): string {
    return this.#redactor?.text(text) ?? text;
  }

  #summarize(): void {
    runtime.summarizeHot();
    this.recorder.reportDropped();
    this.recorder.reportLeftOut(runtime.requestsLeftOut);
  }

  flush(): void {
    this.#summarize();
    this.#sink.flush();
  }

  /** Everything recorded is in the log when this returns. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#summaries);
    this.#summarize();
    runtime.stop();
    this.#sink.close();
  }
}

function valuesFor(settings: Config['settings'], redactor: Redactor | undefined): CallValues {
  const { maxArgLength, argsEncoding, segmentThreshold } = settings;
  const keepsWhole = segmentThreshold > 0;
  const maxChars = keepsWhole || maxArgLength === 0 ? LONGEST_WHOLE_VALUE : maxArgLength;
  const describer = new Describer(redactor, { maxDepth: MAX_DEPTH_SHOWN, maxKeys: MAX_KEYS_SHOWN, maxChars });
  return new CallValues(describer, redactor, { maxArgLength, argsEncoding, keepsWhole });
}

function openSink({ settings }: Config): RecordSink {
  const options = sinkOptions(settings);
  if (settings.asyncLogging && isMainThread) return new RingSink(options);
  // A worker of the application writes by itself: its own writer thread would be one more for each of them.
  const batchChars = settings.asyncLogging ? WORKER_BATCH_CHARS : 0;
  return new BatchSink(new EventFormatter(options.format, segmentsFor(options)), new LogFile(options.log), {
    batchChars,
  });
}

function sinkOptions(settings: Config['settings']): SinkOptions {
  const path = settings.logfile === '' ? '' : resolve(settings.logfile);
  const thread = isMainThread ? 'main' : `worker-${threadId}`;
  return {
    format: {
      thread,
      pid: process.pid,
      timeOriginMs: performance.timeOrigin,
      timestampUnit: settings.timestampUnit,
      compat: settings.compat,
    },
    log: { path, toStdout: settings.stdout, maxBytes: settings.maxFileBytes, maxFiles: settings.maxFiles },
    segments: {
      logfile: path,
      directory: settings.segmentDirectory,
      threshold: settings.segmentThreshold,
      origin: `${process.pid}-${thread}`,
    },
    bufferBytes: settings.bufferBytes,
    whenFull: settings.whenFull,
  };
}
