/** Three figures and the unit: 87 µs, 3.12 ms, 412 ms, 1.24 s. */
export function duration(ms: number): string {
  if (ms < 0.9995) return `${figures(ms * 1000)} µs`;
  return ms < 999.5 ? `${figures(ms)} ms` : `${figures(ms / 1000)} s`;
}

function figures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
