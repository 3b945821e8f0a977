import type { TraceLine } from './trace-line.ts';

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

const HEADROOM = 1.4;
const MARGIN = { left: 52, right: 12, top: 8, bottom: 20 } as const;

/** From time and duration to pixels and back; durations on a logarithmic scale. */
export class ScatterScale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly leastNs: number;
  readonly mostNs: number;
  readonly #size: PlotSize;

  constructor(lines: readonly TraceLine[], size: PlotSize) {
    this.#size = size;
    let [fromMs, toMs, least, most] = [Infinity, -Infinity, Infinity, 0];
    for (const { startMs, durationNs } of lines) {
      fromMs = Math.min(fromMs, startMs);
      toMs = Math.max(toMs, startMs);
      least = Math.min(least, durationNs);
      most = Math.max(most, durationNs);
    }
    // One moment has no width; a second around it does.
    const slackMs = Math.max(500, (toMs - fromMs) * 0.02);
    [this.fromMs, this.toMs] = [fromMs - slackMs, toMs + slackMs];
    // Headroom on both sides, so that no point sits on the frame.
    this.leastNs = Math.max(1, Math.min(least, most) / HEADROOM);
    this.mostNs = Math.max(this.leastNs * 10, most * HEADROOM);
  }

  get plot() {
    const { width, height } = this.#size;
    return { left: MARGIN.left, top: MARGIN.top, right: width - MARGIN.right, bottom: height - MARGIN.bottom };
  }

  x(startMs: number): number {
    const { left, right } = this.plot;
    return left + ((startMs - this.fromMs) / (this.toMs - this.fromMs)) * (right - left);
  }

  y(durationNs: number): number {
    const { top, bottom } = this.plot;
    const share = Math.log(Math.max(durationNs, this.leastNs) / this.leastNs) / Math.log(this.mostNs / this.leastNs);
    return bottom - share * (bottom - top);
  }

  startMsAt(x: number): number {
    const { left, right } = this.plot;
    return this.fromMs + clamp((x - left) / (right - left)) * (this.toMs - this.fromMs);
  }

  durationNsAt(y: number): number {
    const { top, bottom } = this.plot;
    return this.leastNs * (this.mostNs / this.leastNs) ** clamp((bottom - y) / (bottom - top));
  }

  /** The line whose point is nearest, if one is within reach. */
  nearest(lines: readonly TraceLine[], { x, y }: PlotPoint, reachPx: number): TraceLine | undefined {
    let [found, least] = [undefined as TraceLine | undefined, reachPx ** 2];
    for (const line of lines) {
      const distance = (this.x(line.startMs) - x) ** 2 + (this.y(line.durationNs) - y) ** 2;
      if (distance > least) continue;
      [found, least] = [line, distance];
    }
    return found;
  }
}

const clamp = (share: number) => Math.max(0, Math.min(1, share));
