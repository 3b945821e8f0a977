import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { clockText } from '../../model/clock-text.ts';
import { durationText, durationValue } from '../../model/duration-text.ts';
import { parseTerms, withTerm } from '../../model/query-terms.ts';
import { type PlotPoint, ScatterScale } from '../../model/scatter-scale.ts';
import { rangeParameters } from '../../model/time-range.ts';
import type { TraceLine } from '../../model/trace-line.ts';
import { useColorScheme } from '../../state/use-color-scheme.ts';
import { useElementSize } from '../../state/use-element-size.ts';
import { pageLocation } from '../../url/page-location.ts';
import { drawScatter } from './draw-scatter.ts';

interface ScatterPlotProps {
  readonly lines: readonly TraceLine[];
  readonly text: string;
}

interface Drag {
  readonly from: PlotPoint;
  readonly to: PlotPoint;
}

const CLICK_PX = 4;
const REACH_PX = 8;

/** Duration over time, a point for each trace. A click opens it, a drag narrows the search to time and duration. */
export function ScatterPlot({ lines, text }: ScatterPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, size] = useElementSize();
  const [drag, setDrag] = useState<Drag>();
  const [hovered, setHovered] = useState<TraceLine>();
  const scheme = useColorScheme();
  const scale = useMemo(() => new ScatterScale(lines, size), [lines, size]);
  useEffect(() => {
    if (canvas.current !== null && size.width > 0) drawScatter(canvas.current, { lines, scale, size });
  }, [lines, scale, size, scheme]);

  const release = () => {
    setDrag(undefined);
    if (drag === undefined) return;
    const isClick = Math.abs(drag.to.x - drag.from.x) < CLICK_PX && Math.abs(drag.to.y - drag.from.y) < CLICK_PX;
    const line = scale.nearest(lines, drag.to, REACH_PX);
    if (!isClick) zoom(scale, drag, text);
    else if (line !== undefined) pageLocation.go(`/trace/${line.traceId}`);
  };
  return (
    <div
      ref={frame}
      className="scatter"
      role="img"
      aria-label="Duration of the found traces over time; the list below holds the same."
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: pointOf(event), to: pointOf(event) });
      }}
      onPointerMove={event => {
        const to = pointOf(event);
        setHovered(drag === undefined ? scale.nearest(lines, to, REACH_PX) : undefined);
        if (drag !== undefined) setDrag({ from: drag.from, to });
      }}
      onPointerUp={release}
      onPointerLeave={() => {
        setHovered(undefined);
      }}
    >
      <canvas ref={canvas} />
      {drag !== undefined && <div className="brush" style={brushStyle(drag)} />}
      {hovered !== undefined && <ScatterHint line={hovered} scale={scale} width={size.width} />}
    </div>
  );
}

interface ScatterHintProps {
  readonly line: TraceLine;
  readonly scale: ScatterScale;
  readonly width: number;
}

function ScatterHint({ line, scale, width }: ScatterHintProps) {
  const x = scale.x(line.startMs);
  const side = x > width / 2 ? { right: width - x + 10 } : { left: x + 10 };
  return (
    <div className="hint" style={{ ...side, top: Math.max(4, scale.y(line.durationNs) - 12) }}>
      {clockText(line.startMs)} · {line.rootOperation} · {durationText(line.durationNs)}
    </div>
  );
}

function pointOf(event: PointerEvent<HTMLElement>): PlotPoint {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

const brushStyle = ({ from, to }: Drag) => ({
  left: Math.min(from.x, to.x),
  top: Math.min(from.y, to.y),
  width: Math.abs(to.x - from.x),
  height: Math.abs(to.y - from.y),
});

// A stroke that is all but flat chooses times alone.
const FLAT_PX = 12;

function zoom(scale: ScatterScale, { from, to }: Drag, text: string): void {
  const [startMs, endMs] = [scale.startMsAt(from.x), scale.startMsAt(to.x)].sort((left, right) => left - right);
  const times = rangeParameters({ kind: 'between', startMs: startMs ?? 0, endMs: (endMs ?? 0) + 1 });
  if (Math.abs(to.y - from.y) < FLAT_PX) {
    pageLocation.change(times, { isStep: true });
    return;
  }
  const [least, most] = [scale.durationNsAt(Math.max(from.y, to.y)), scale.durationNsAt(Math.min(from.y, to.y))];
  const terms = `duration>=${durationValue(least)} duration<=${durationValue(most)}`;
  const hasDuration = parseTerms(text).some(term => term.kind === 'compare' && term.key === 'duration');
  const q = hasDuration ? withTerm(text, 'duration', terms) : `${text} ${terms}`.trim();
  pageLocation.change({ ...times, q }, { isStep: true });
}
