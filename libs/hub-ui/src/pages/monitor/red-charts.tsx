import { durationText, percentText, rateText } from '../../model/duration-text.ts';
import type { RedPoint } from '../../model/red-series.ts';
import { rangeParameters } from '../../model/time-range.ts';
import { pageLocation, pathWith } from '../../url/page-location.ts';
import { StepChart } from './step-chart.tsx';

interface RedChartsProps {
  readonly points: readonly RedPoint[];
  readonly stepMs: number;
  readonly title: string;
  /** What finds the traces behind a point. */
  readonly query: string;
}

/** Three charts on one scale of time. A point leads to the traces of its moment. */
export function RedCharts({ points, stepMs, title, query }: RedChartsProps) {
  const open = (point: RedPoint, extra: string, sort: string | null) => {
    const times = rangeParameters({ kind: 'between', startMs: point.startMs, endMs: point.startMs + stepMs });
    const q = [query, extra].filter(part => part !== '').join(' ');
    pageLocation.go(pathWith(new URL('/search', pageLocation.current), { ...times, q, sort }));
  };
  return (
    <section className="red-charts">
      <h1>{title}</h1>
      <StepChart
        name="Rate"
        points={points}
        stepMs={stepMs}
        valueOf={point => point.perSecond}
        textOf={rateText}
        onOpen={point => {
          open(point, '', null);
        }}
      />
      <StepChart
        name="Errors"
        isError
        points={points}
        stepMs={stepMs}
        valueOf={point => point.errorShare}
        textOf={percentText}
        onOpen={point => {
          open(point, 'error:true', null);
        }}
      />
      <StepChart
        name="p95 duration"
        points={points}
        stepMs={stepMs}
        valueOf={point => point.p95Ns}
        textOf={durationText}
        onOpen={point => {
          open(point, '', 'slowest');
        }}
      />
    </section>
  );
}
