import { describe, expect, test } from '@jest/globals';
import { judge, parseThresholds } from './thresholds.ts';

const row = (name: 'p50' | 'p99', ms: number) => ({ name, ms, lowMs: ms, highMs: ms, traceId: '', link: '' });
const report = {
  requests: 200,
  ratePerSecond: 40,
  errorRate: 0.015,
  latency: { count: 200, minMs: 1, meanMs: 12, rows: [row('p50', 10), row('p99', 250)] },
};
const isMet = (text: string) => judge(parseThresholds(text), report).map(each => each.isMet);

test.each([
  ['p99<250', [false]],
  ['p99<=250', [true]],
  ['p99<0.3s', [true]],
  ['p50 > 5 ms', [true]],
  ['errors<1%', [false]],
  ['errors<2', [true]],
  ['rate>39.5,mean<10', [true, false]],
  ['', []],
])('%s', (text, met) => {
  expect(isMet(text)).toEqual(met);
});

test('a figure of which nothing was measured is not met', () => {
  const nothing = { requests: 0, ratePerSecond: 0, errorRate: 0, latency: { count: 0, minMs: 0, meanMs: 0, rows: [] } };
  expect(judge(parseThresholds('p99<250,errors<1%'), nothing)).toMatchObject([
    { actual: null, isMet: false },
    { actual: null, isMet: false },
  ]);
});

describe('what makes no sense', () => {
  test.each(['p98<5', 'p99=5', 'p99<', 'errors<5ms', 'rate<5%', 'nonsense'])('%s is refused by name', text => {
    expect(() => parseThresholds(`p50<1,${text}`)).toThrow(`--thresholds ${text}: expected`);
  });
});
