import { ValueType } from '@opentelemetry/api';
import type { Attributes, HrTime } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { HistogramMetricData } from '@opentelemetry/sdk-metrics';
import { clock, hrTimeOfMs } from './clock.ts';

/** How long something takes, told apart by attributes of few values. */
export interface DurationOptions {
  readonly name: string;
  readonly description: string;
  /** The attributes that tell the series apart; a measurement has them all, or some. */
  readonly keys: readonly string[];
  /** Upper bounds of the buckets, in seconds. */
  readonly boundaries: readonly number[];
}

/** What takes a measurement. */
export interface DurationMetric {
  /** Of `attributes`, only those that the metric is told apart by are read. */
  record(seconds: number, attributes: Attributes): void;
  /** Where measurements with such attributes belong, for who takes many of them. */
  seriesOf(attributes: Attributes): DurationSeries;
}

export interface DurationSeries {
  record(seconds: number): void;
}

/** As the SDK has it: what comes after is added up without attributes. */
const MAX_SERIES = 2_000;
const overflow: Attributes = { 'otel.metric.overflow': true };

type Value = Attributes[string];

/** The attribute values so far lead to a series, or to what the next one leads to. */
class Branch {
  readonly next = new Map<Value, Branch>();
  series: Series | undefined;
}

/**
 * A histogram that finds the series of a measurement by a few looks into maps. The SDK's sorts the attributes and writes them as JSON for
 * each one, which is ten times as dear as all the rest of it.
 */
export class DurationHistogram implements DurationMetric {
  readonly #options: DurationOptions;
  readonly #root = new Branch();
  readonly #series: Series[] = [];

  constructor(options: DurationOptions) {
    this.#options = options;
  }

  record(seconds: number, attributes: Attributes): void {
    if (seconds >= 0) this.seriesOf(attributes).record(seconds);
  }

  seriesOf(attributes: Attributes): DurationSeries {
    let branch: Branch | undefined = this.#root;
    for (const key of this.#options.keys) {
      branch = branch.next.get(attributes[key]);
      if (branch === undefined) break;
    }
    return branch?.series ?? this.#newSeries(attributes);
  }

  /** Everything measured so far, as the SDK's exporters take it. */
  data(): HistogramMetricData {
    const { name, description } = this.#options;
    const endTime = hrTimeOfMs(clock.now());
    return {
      descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: this.#series.map(series => series.point(endTime)),
    };
  }

  #newSeries(attributes: Attributes): Series {
    const { keys, boundaries } = this.#options;
    const last = this.#series[MAX_SERIES - 1];
    if (last !== undefined) return last;
    const isLast = this.#series.length === MAX_SERIES - 1;
    const series = new Series(boundaries, isLast ? overflow : picked(attributes, keys));
    this.#series.push(series);
    if (!isLast) this.#branchOf(attributes).series = series;
    return series;
  }

  #branchOf(attributes: Attributes): Branch {
    let branch = this.#root;
    for (const key of this.#options.keys) {
      const value = attributes[key];
      const next = branch.next.get(value) ?? new Branch();
      branch.next.set(value, next);
      branch = next;
    }
    return branch;
  }
}

class Series implements DurationSeries {
  readonly #attributes: Attributes;
  readonly #boundaries: readonly number[];
  readonly #counts: number[];
  readonly #startTime = hrTimeOfMs(clock.now());
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(boundaries: readonly number[], attributes: Attributes) {
    this.#attributes = attributes;
    this.#boundaries = boundaries;
    this.#counts = [...boundaries.map(() => 0), 0];
  }

  record(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    if (seconds < this.#min) this.#min = seconds;
    if (seconds > this.#max) this.#max = seconds;
    const boundaries = this.#boundaries;
    // Most of what is measured is short, and stands in one of the first.
    let bucket = 0;
    while (bucket < boundaries.length && seconds > (boundaries[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  point(endTime: HrTime): HistogramMetricData['dataPoints'][number] {
    const buckets = { boundaries: [...this.#boundaries], counts: [...this.#counts] };
    const value = { buckets, count: this.#count, sum: this.#sum, min: this.#min, max: this.#max };
    return { attributes: this.#attributes, startTime: this.#startTime, endTime, value };
  }
}

/** Of `attributes`, those of `keys` that are there. */
export function picked(attributes: Attributes, keys: readonly string[]): Attributes {
  const found: Attributes = {};
  for (const key of keys) {
    const value = attributes[key];
    if (value !== undefined) found[key] = value;
  }
  return found;
}
