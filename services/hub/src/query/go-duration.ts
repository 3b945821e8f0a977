import { BadParameter } from './bad-parameter.ts';

const NS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, the micro sign
  μs: 1e3, // U+03BC, the Greek letter
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Reads Go's way to write a duration (`1h2m`, `1.5s`, `100ms`, `500µs`), as nanoseconds. */
export function parseGoDuration(text: string): bigint {
  const unsigned = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (unsigned === '0') return 0n;
  let sumNs = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const part = PART.exec(unsigned);
    if (part === null) throw new BadParameter(`time: invalid duration ${JSON.stringify(text)}`);
    sumNs += Number(part[1]) * (NS_OF_UNIT[part[2] ?? ''] ?? NaN);
  }
  if (unsigned === '' || !Number.isSafeInteger(Math.round(sumNs))) {
    throw new BadParameter(`time: invalid duration ${JSON.stringify(text)}`);
  }
  return BigInt(sign * Math.round(sumNs));
}
