import { useMemo, useState } from 'react';
import { durationText, percentText, plural } from '../../model/duration-text.ts';
import { type FlameFrame, flameFrames } from '../../model/flame-frames.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { hueStyle } from '../../parts/service-mark.tsx';
import { useKeys } from '../../state/use-keys.ts';
import { pageLocation } from '../../url/page-location.ts';

const ROW_PX = 20;
const LEAST_SHARE = 0.0008;

/** Where the time went: spans with one path are one box, as wide as the work in and below it. */
export function FlameGraph({ facts }: { readonly facts: TraceFacts }) {
  const frames = useMemo(() => flameFrames(facts.trace), [facts]);
  const [zoomed, setZoomed] = useState<number>();
  useKeys({
    Escape: () => {
      setZoomed(undefined);
    },
  });
  const allNs = frames.reduce((sum, frame) => sum + (frame.depth === 0 ? frame.totalNs : 0), 0);
  const focus = zoomed === undefined ? undefined : frames[zoomed];
  const [fromNs, widthNs] = focus === undefined ? [0, allNs] : [focus.offsetNs, focus.totalNs];
  const shown = frames.filter(
    frame =>
      frame.offsetNs < fromNs + widthNs &&
      frame.offsetNs + frame.totalNs > fromNs &&
      frame.totalNs / Math.max(1, widthNs) >= LEAST_SHARE,
  );
  const depth = shown.reduce((most, frame) => Math.max(most, frame.depth), 0);
  return (
    <div className="flame">
      <p className="is-dim">
        Spans with the same path from the root are one box, as wide as the self time in and below it:{' '}
        {durationText(allNs)} of work in {durationText(facts.trace.durationNs)}. A click zooms, Escape shows all.
      </p>
      <div className="flame-boxes" style={{ height: (depth + 1) * ROW_PX }}>
        {shown.map(frame => (
          <FlameBox
            key={frame.id}
            frame={frame}
            left={Math.max(0, (frame.offsetNs - fromNs) / widthNs)}
            right={Math.min(1, (frame.offsetNs + frame.totalNs - fromNs) / widthNs)}
            share={frame.totalNs / Math.max(1, allNs)}
            onZoom={() => {
              setZoomed(frame.id === zoomed || frame.depth === 0 ? undefined : frame.id);
              pageLocation.change({ span: frame.node.span.spanId });
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface FlameBoxProps {
  readonly frame: FlameFrame;
  readonly left: number;
  readonly right: number;
  readonly share: number;
  readonly onZoom: () => void;
}

function FlameBox({ frame, left, right, share, onZoom }: FlameBoxProps) {
  const { node, depth, count, errorCount, selfNs, totalNs } = frame;
  const words = [
    `${node.span.service}: ${node.span.name}`,
    `${durationText(totalNs)} (${percentText(share)})`,
    `self ${durationText(selfNs)}`,
    plural(count, 'span'),
    ...(errorCount > 0 ? [plural(errorCount, 'error')] : []),
  ].join(' · ');
  return (
    <button
      type="button"
      className={`flame-box${errorCount > 0 ? ' has-error' : ''}`}
      title={words}
      aria-label={words}
      style={hueStyle(node.span.service, {
        left: `${left * 100}%`,
        width: `${(right - left) * 100}%`,
        top: depth * ROW_PX,
      })}
      onClick={onZoom}
    >
      <span className="flame-text">
        {node.span.name}
        {count > 1 ? ` × ${count}` : ''} {durationText(totalNs)}
      </span>
    </button>
  );
}
