/** Sizes a canvas for the screen's pixels, clears it, and lets drawing think in CSS pixels. */
export function prepareCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: { readonly width: number; readonly height: number },
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context?.scale(ratio, ratio);
  return context;
}

/** The style sheet's colours as they are now: a canvas cannot read variables by itself. */
export function canvasColors(element: Element) {
  const style = getComputedStyle(element);
  const probe = document.createElement('span');
  element.parentElement?.append(probe);
  const resolved = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    text: resolved('--text'),
    dim: resolved('--dim'),
    line: resolved('--line'),
    accent: resolved('--accent'),
    error: resolved('--error'),
    axisFont: `11px ${style.fontFamily}`,
  };
  probe.remove();
  return colors;
}

/** The colour of a service as the style sheet makes it, for drawing. */
export class ServicePaint {
  readonly #known = new Map<number, string>();
  readonly #lightness: string;
  readonly #chroma: string;

  constructor(element: Element) {
    const isDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
    const style = getComputedStyle(element);
    this.#lightness = style.getPropertyValue(isDark ? '--service-l-dark' : '--service-l-light');
    this.#chroma = style.getPropertyValue('--service-c');
  }

  colorOf(hue: number): string {
    const known = this.#known.get(hue);
    if (known !== undefined) return known;
    const color = `oklch(${this.#lightness} ${this.#chroma} ${hue})`;
    this.#known.set(hue, color);
    return color;
  }
}
