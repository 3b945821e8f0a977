import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

const LEAST = 15;
const MOST = 75;
const START = 40;
const STEP = 2;

/** The line between names and bars; drag it, or move it with the arrow keys. */
export function ColumnDivider() {
  const element = useRef<HTMLDivElement>(null);
  const [percent, setPercent] = useState(START);
  const place = (wanted: number) => {
    const next = Math.round(Math.max(LEAST, Math.min(MOST, wanted)));
    setPercent(next);
    element.current?.parentElement?.style.setProperty('--label-width', `${next}%`);
  };
  const drag = (event: PointerEvent) => {
    const box = element.current?.parentElement?.getBoundingClientRect();
    if (box !== undefined && event.buttons === 1) place(((event.clientX - box.left) / box.width) * 100);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    place(percent + step);
  };
  return (
    <div
      ref={element}
      className="column-divider"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={percent}
      tabIndex={0}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
}
