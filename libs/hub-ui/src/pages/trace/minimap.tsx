import type { Trace } from '@tracelab/trace-model';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { type TimeView, viewText } from '../../model/bar-geometry.ts';
import { useColorScheme } from '../../state/use-color-scheme.ts';
import { useElementSize } from '../../state/use-element-size.ts';
import { pageLocation } from '../../url/page-location.ts';
import { drawMinimap } from './draw-minimap.ts';

interface MinimapProps {
  readonly trace: Trace;
  readonly view: TimeView;
}

const CLICK_SHARE = 0.003;

/** The whole trace at a glance. A drag chooses the time to look at, a double click all of it. */
export function Minimap({ trace, view }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, size] = useElementSize();
  const [drag, setDrag] = useState<readonly [number, number]>();
  const scheme = useColorScheme();
  useEffect(() => {
    if (canvas.current !== null && size.width > 0) drawMinimap(canvas.current, trace, size);
  }, [trace, size, scheme]);

  const release = () => {
    setDrag(undefined);
    if (drag === undefined || Math.abs(drag[1] - drag[0]) < CLICK_SHARE) return;
    const [from, to] = [Math.min(...drag), Math.max(...drag)];
    const { durationNs } = trace;
    pageLocation.change({ zoom: viewText({ fromNs: from * durationNs, toNs: to * durationNs }) }, { isStep: true });
  };
  const durationNs = Math.max(1, trace.durationNs);
  const [from, to] =
    drag === undefined ? [view.fromNs / durationNs, view.toNs / durationNs] : [Math.min(...drag), Math.max(...drag)];
  return (
    <div
      ref={frame}
      className="minimap"
      role="img"
      aria-label="Overview of the trace; drag to zoom into time"
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([shareOf(event), shareOf(event)]);
      }}
      onPointerMove={event => {
        if (drag !== undefined) setDrag([drag[0], shareOf(event)]);
      }}
      onPointerUp={release}
      onDoubleClick={() => {
        pageLocation.change({ zoom: null }, { isStep: true });
      }}
    >
      <canvas ref={canvas} />
      <div className="outside" style={{ left: 0, width: `${from * 100}%` }} />
      <div className="outside" style={{ left: `${to * 100}%`, right: 0 }} />
    </div>
  );
}

function shareOf(event: PointerEvent<HTMLElement>): number {
  const box = event.currentTarget.getBoundingClientRect();
  return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
}
