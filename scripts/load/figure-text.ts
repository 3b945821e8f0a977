import { duration } from '../terminal/duration.ts';
import { percent, rate } from '../terminal/units.ts';
import type { ThresholdResult } from './report.ts';

/** A figure in its unit, as people read it. */
export function figureText(value: number, unit: ThresholdResult['unit']): string {
  if (unit === 'ms') return duration(value);
  return unit === '%' ? percent(value / 100) : rate(value);
}

const NOTEWORTHY = 0.05;

/** What of a request's time its trace cannot tell: waiting for a connection, the way there and back. */
export function outsideTrace(ms: number, traceMs: number): string | undefined {
  if (ms - traceMs < NOTEWORTHY * ms) return undefined;
  return `${duration(traceMs)} of it are in the trace; ${duration(ms - traceMs)} passed before it was sent or on the way`;
}
