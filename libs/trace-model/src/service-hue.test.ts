import { describe, expect, test } from '@jest/globals';
import { paletteIndex, SERVICE_HUES, serviceHue } from './service-hue.ts';

type Triple = readonly [number, number, number];

// As in the style sheet, for light pages.
const LIGHTNESS = 0.62;
const CHROMA = 0.11;

/** OKLCH to linear sRGB, by Björn Ottosson's matrices. */
function linearRgb(hue: number): Triple {
  const a = CHROMA * Math.cos((hue * Math.PI) / 180);
  const b = CHROMA * Math.sin((hue * Math.PI) / 180);
  const l = (LIGHTNESS + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (LIGHTNESS - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (LIGHTNESS - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

// Machado, Oliveira and Fernandes 2009, full severity.
const EYES: Readonly<Record<string, readonly Triple[]>> = {
  'no red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const seen = (matrix: readonly Triple[], color: Triple): Triple => {
  const row = (at: number) => (matrix[at] ?? [0, 0, 0]).reduce((sum, factor, i) => sum + factor * (color[i] ?? 0), 0);
  return [row(0), row(1), row(2)];
};

function distance(matrix: readonly Triple[], one: number, other: number): number {
  const [left, right] = [one, other].map(hue => oklab(seen(matrix, linearRgb(hue)))) as [Triple, Triple];
  return Math.hypot(...left.map((value, at) => value - (right[at] ?? 0)));
}

describe.each(Object.entries(EYES))('to eyes with %s', (_eyes, matrix) => {
  test('neighbours in the palette differ', () => {
    const gaps = SERVICE_HUES.map((hue, at) =>
      distance(matrix, hue, SERVICE_HUES[(at + 1) % SERVICE_HUES.length] ?? hue),
    );
    expect(Math.min(...gaps)).toBeGreaterThan(0.09);
  });

  test('the services of the shop differ', () => {
    const hues = ['gateway', 'user', 'order', 'payment'].map(serviceHue);
    const gaps = hues.flatMap((hue, at) => hues.slice(at + 1).map(other => distance(matrix, hue, other)));
    expect(Math.min(...gaps)).toBeGreaterThan(0.05);
  });
});

test('names spread over the whole palette', () => {
  const used = new Set(Array.from({ length: 200 }, (_, at) => paletteIndex(`service-${at}`)));
  expect(used.size).toBe(SERVICE_HUES.length);
});

test('no service looks like an error', () => {
  expect(SERVICE_HUES.filter(hue => hue < 50 || hue > 340)).toEqual([]);
});
