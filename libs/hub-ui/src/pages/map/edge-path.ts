import { type MapNode, NODE_HEIGHT, NODE_WIDTH } from '../../model/map-layout.ts';

export interface EdgePath {
  readonly d: string;
  readonly middle: { readonly x: number; readonly y: number };
}

const BEND_PX = 48;

/** The line from one box to another: out on the right and in on the left, or around when it points back. */
export function edgePath(from: MapNode, to: MapNode): EdgePath {
  const [fromY, toY] = [from.y + NODE_HEIGHT / 2, to.y + NODE_HEIGHT / 2];
  if (to.x > from.x) {
    const [startX, endX] = [from.x + NODE_WIDTH, to.x];
    const bend = Math.min(BEND_PX, (endX - startX) / 2);
    const d = `M${startX} ${fromY}C${startX + bend} ${fromY} ${endX - bend} ${toY} ${endX} ${toY}`;
    return { d, middle: { x: (startX + endX) / 2, y: (fromY + toY) / 2 } };
  }
  // Backwards it dips below both boxes, so that it does not lie on the edge that points forward.
  const [startX, endX] = [from.x + NODE_WIDTH / 2, to.x + NODE_WIDTH / 2];
  const [startY, endY] = [from.y + NODE_HEIGHT, to.y + NODE_HEIGHT];
  const lowest = Math.max(startY, endY) + BEND_PX * 0.6;
  const d = `M${startX} ${startY}C${startX} ${lowest} ${endX} ${lowest} ${endX} ${endY}`;
  return { d, middle: { x: (startX + endX) / 2, y: (startY + endY) / 8 + (lowest * 6) / 8 } };
}
