import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { linearTicks, timeTicks } from '../../model/axis-ticks.ts';
import { clockText } from '../../model/clock-text.ts';
import type { RedPoint } from '../../model/red-series.ts';
import { type ElementSize, useElementSize } from '../../state/use-element-size.ts';

interface StepChartProps {
  readonly name: string;
  readonly points: readonly RedPoint[];
  readonly stepMs: number;
  readonly valueOf: (point: RedPoint) => number;
  readonly textOf: (value: number) => string;
  readonly onOpen: (point: RedPoint) => void;
  readonly isError?: boolean;
}

const MARGIN = { left: 56, top: 6, bottom: 18 } as const;
const NOTHING = -1;

/** A bar for each step of time. Mouse or arrow keys choose one, a click or Enter opens its traces. */
export function StepChart(props: StepChartProps) {
  const { name, points, stepMs, valueOf, textOf, onOpen, isError = false } = props;
  const [frame, size] = useElementSize();
  const [at, setAt] = useState(NOTHING);
  const most = points.reduce((greatest, point) => Math.max(greatest, valueOf(point)), 0);
  const point = points[at];
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (step !== undefined) setAt(Math.max(0, Math.min(at + step, points.length - 1)));
    else if (point !== undefined) onOpen(point);
  };
  const label =
    point === undefined
      ? `at most ${textOf(most)}`
      : `${clockText(point.startMs).slice(0, -4)} · ${textOf(valueOf(point))}`;
  return (
    <figure className={`step-chart${isError ? ' is-errors' : ''}`}>
      <figcaption>
        {name} <output>{label}</output>
      </figcaption>
      <div
        ref={frame}
        className="step-plot"
        role="group"
        aria-label={`${name} over time; arrow keys choose a moment, Enter opens its traces`}
        tabIndex={0}
        onKeyDown={press}
        onPointerMove={event => {
          setAt(indexAt(event, points.length));
        }}
        onPointerLeave={() => {
          setAt(NOTHING);
        }}
        onClick={() => {
          if (point !== undefined) onOpen(point);
        }}
      >
        <ChartAxes size={size} points={points} stepMs={stepMs} most={most} textOf={textOf} />
        <div className="bars">
          {points.map((own, index) => (
            <span key={own.startMs} className={index === at ? 'is-current' : ''}>
              <span style={{ height: `${most === 0 ? 0 : (valueOf(own) / most) * 100}%` }} />
            </span>
          ))}
        </div>
      </div>
    </figure>
  );
}

function indexAt(event: PointerEvent<HTMLElement>, count: number): number {
  const box = event.currentTarget.getBoundingClientRect();
  const share = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left);
  return share < 0 ? NOTHING : Math.min(count - 1, Math.floor(share * count));
}

interface ChartAxesProps extends Pick<StepChartProps, 'points' | 'stepMs' | 'textOf'> {
  readonly size: ElementSize;
  readonly most: number;
}

const LABEL_PX = 90;

function ChartAxes({ size: { width, height }, points, stepMs, most, textOf }: ChartAxesProps) {
  const [first, last] = [points[0]?.startMs ?? 0, (points.at(-1)?.startMs ?? 0) + stepMs];
  if (width === 0 || points.length === 0) return null;
  const [plotWidth, plotHeight] = [width - MARGIN.left, height - MARGIN.top - MARGIN.bottom];
  return (
    <svg width={width} height={height} aria-hidden>
      {(most === 0 ? [0] : linearTicks(0, most, 3)).map(tick => {
        const y = Math.round(MARGIN.top + plotHeight * (1 - (most === 0 ? 0 : tick / most))) + 0.5;
        return (
          <g key={tick}>
            <line x1={MARGIN.left} x2={width} y1={y} y2={y} />
            <text x={MARGIN.left - 6} y={y + 3.5} textAnchor="end">
              {tick === 0 ? '0' : textOf(tick)}
            </text>
          </g>
        );
      })}
      {timeTicks(first, last, Math.max(2, Math.floor(plotWidth / LABEL_PX))).map(tick => {
        const x = MARGIN.left + ((tick - first) / (last - first)) * plotWidth;
        return (
          <text key={tick} x={x} y={height - 4} textAnchor={x > width - 24 ? 'end' : 'middle'}>
            {clockText(tick).slice(0, stepMs < 60_000 ? -4 : -7)}
          </text>
        );
      })}
    </svg>
  );
}
