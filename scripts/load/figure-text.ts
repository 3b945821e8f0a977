import { duration } from '../terminal/duration.ts';
import { percent, rate } from '../terminal/units.ts';
import type { ThresholdResult } from './report.ts';

/** A figure in its unit, as people read it. */
export function figureText(value: number, unit: ThresholdResult['unit']): string {
  if (unit === 'ms') return duration(value);
  return unit === '%' ? percent(value / 100) : rate(value);
}
