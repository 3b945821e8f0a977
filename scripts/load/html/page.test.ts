import { expect, test } from '@jest/globals';
import { html } from './markup.ts';
import { linear, logarithmic, logTicks, ticks } from './scale.ts';

test('texts are escaped, markup is not escaped twice', () => {
  const inner = html`<b>${'<script>"&\''}</b>`;
  expect(html`<p title="${'"'}">${inner}${undefined}${[inner]}${5}</p>`.text).toBe(
    '<p title="&quot;"><b>&lt;script&gt;&quot;&amp;&#39;</b><b>&lt;script&gt;&quot;&amp;&#39;</b>5</p>',
  );
});

test('scales put the ends at the ends', () => {
  expect([0, 5, 10].map(linear([0, 10], [100, 200]))).toEqual([100, 150, 200]);
  expect([1, 10, 100].map(logarithmic([1, 100], [0, 50]))).toEqual([0, 25, 50]);
  expect(linear([3, 3], [0, 10])(3)).toBe(0);
});

test('ticks are round and not too many', () => {
  expect(ticks(1_310, 4)).toEqual([0, 500, 1_000]);
  expect(ticks(7, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(ticks(0, 4)).toEqual([0]);
  expect(logTicks(3, 60)).toEqual([5, 10, 20, 50]);
});
