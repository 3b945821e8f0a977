const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A piece of a common scale: `start` and `length` are shares of the whole. What is there at all shows at least a sliver. */
export function bar(start: number, length: number, width: number): string {
  const offset = Math.min(Math.floor(start * width), width - 1);
  const eighths = Math.max(1, Math.round(length * width * 8));
  const whole = '█'.repeat(Math.floor(eighths / 8));
  return (' '.repeat(offset) + whole + (EIGHTHS[eighths % 8] ?? '')).slice(0, width);
}
