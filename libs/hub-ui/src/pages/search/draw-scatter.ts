import { logTicks, timeTicks } from '../../model/axis-ticks.ts';
import { clockText } from '../../model/clock-text.ts';
import { durationText } from '../../model/duration-text.ts';
import type { PlotSize, ScatterScale } from '../../model/scatter-scale.ts';
import type { TraceLine } from '../../model/trace-line.ts';
import { canvasColors, prepareCanvas } from '../../parts/canvas.ts';

interface Scatter {
  readonly lines: readonly TraceLine[];
  readonly scale: ScatterScale;
  readonly size: PlotSize;
}

const RADIUS_PX = 2.5;
const LABEL_PX = 110;

/** Draws axes and points; failed traces last, so that none hides behind a good one. */
export function drawScatter(canvas: HTMLCanvasElement, { lines, scale, size }: Scatter): void {
  const context = prepareCanvas(canvas, size);
  if (context === null) return;
  const colors = canvasColors(canvas);
  drawAxes(context, scale, colors);
  const isFailed = ({ errorCount }: TraceLine) => errorCount > 0;
  drawPoints(context, scale, { lines: lines.filter(line => !isFailed(line)), color: colors.accent, isSquare: false });
  drawPoints(context, scale, { lines: lines.filter(isFailed), color: colors.error, isSquare: true });
}

function drawAxes(context: CanvasRenderingContext2D, scale: ScatterScale, colors: ReturnType<typeof canvasColors>) {
  const { left, right, bottom } = scale.plot;
  context.font = colors.axisFont;
  context.fillStyle = colors.dim;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of logTicks(scale.leastNs, scale.mostNs)) {
    const y = Math.round(scale.y(tick)) + 0.5;
    line(context, [left, y], [right, y]);
    context.fillText(durationText(tick), left - 6, y);
  }
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  for (const tick of timeTicks(scale.fromMs, scale.toMs, Math.max(2, Math.floor((right - left) / LABEL_PX)))) {
    const x = Math.round(scale.x(tick)) + 0.5;
    line(context, [x, bottom], [x, bottom + 3]);
    const text = clockText(tick);
    context.fillText(text.endsWith('.000') ? text.slice(0, -4) : text, x, bottom + 14);
  }
}

function line(context: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

interface Points {
  readonly lines: readonly TraceLine[];
  readonly color: string;
  /** Shape says it too, for who does not see the colour. */
  readonly isSquare: boolean;
}

function drawPoints(context: CanvasRenderingContext2D, scale: ScatterScale, { lines, color, isSquare }: Points): void {
  context.fillStyle = color;
  context.globalAlpha = lines.length > 2000 ? 0.5 : 0.8;
  for (const { startMs, durationNs } of lines) {
    const [x, y] = [scale.x(startMs), scale.y(durationNs)];
    if (isSquare) {
      context.fillRect(x - RADIUS_PX, y - RADIUS_PX, 2 * RADIUS_PX, 2 * RADIUS_PX);
      continue;
    }
    context.beginPath();
    context.arc(x, y, RADIUS_PX, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}
