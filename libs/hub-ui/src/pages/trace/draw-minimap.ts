import { serviceHue, type Trace } from '@tracelab/trace-model';
import { canvasColors, prepareCanvas, ServicePaint } from '../../parts/canvas.ts';
import type { ElementSize } from '../../state/use-element-size.ts';

const LEAST_PX = 1;
const MAX_LINE_PX = 4;

/** Every span as a line at its place; where there are more spans than pixels, later ones paint over earlier ones. */
export function drawMinimap(canvas: HTMLCanvasElement, trace: Trace, size: ElementSize): void {
  const context = prepareCanvas(canvas, size);
  if (context === null) return;
  const paint = new ServicePaint(canvas);
  const { error } = canvasColors(canvas);
  const { nodes, durationNs } = trace;
  const perNs = size.width / Math.max(1, durationNs);
  const linePx = Math.min(MAX_LINE_PX, size.height / Math.max(1, nodes.length));
  for (const { span, index, startNs, endNs } of nodes) {
    context.fillStyle = span.status.code === 'error' ? error : paint.colorOf(serviceHue(span.service));
    const width = Math.max(LEAST_PX, (endNs - startNs) * perNs);
    context.fillRect(startNs * perNs, index * linePx, width, Math.max(LEAST_PX, linePx - 1));
  }
}
