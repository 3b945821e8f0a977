export const LINE_BREAK = 0x0a;

/** Cuts whole lines into parts of whole lines, each of at most so many bytes unless one line alone has more. */
export function* wholeLines(lines: Buffer, mostBytes: number): Generator<Buffer> {
  let rest = lines;
  while (rest.length > 0) {
    const end = endOfPart(rest, mostBytes);
    yield rest.subarray(0, end);
    rest = rest.subarray(end);
  }
}

function endOfPart(lines: Buffer, mostBytes: number): number {
  if (lines.length <= mostBytes) return lines.length;
  const last = lines.subarray(0, mostBytes).lastIndexOf(LINE_BREAK);
  if (last >= 0) return last + 1;
  const next = lines.indexOf(LINE_BREAK, mostBytes);
  return next < 0 ? lines.length : next + 1;
}
