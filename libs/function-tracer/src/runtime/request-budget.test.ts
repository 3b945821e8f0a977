import { expect, test } from '@jest/globals';
import { RequestBudget } from './request-budget.ts';

const taken = (budget: RequestBudget, times: readonly number[]) => times.filter(atMs => budget.take(atMs)).length;

test('writes the first requests of a busy time, then so many a second', () => {
  const budget = new RequestBudget(5);
  expect(taken(budget, Array<number>(100).fill(1000))).toBe(100);
  expect(taken(budget, Array<number>(100).fill(2000))).toBe(5);
  expect(taken(budget, [2001, 2002, 2201])).toBe(1);
});

test('never saves up more than twenty seconds of it', () => {
  const budget = new RequestBudget(5);
  taken(budget, Array<number>(100).fill(0));
  expect(taken(budget, Array<number>(1000).fill(3_600_000))).toBe(100);
});

test('0 a second sets no limit', () => {
  expect(taken(new RequestBudget(0), Array<number>(10_000).fill(0))).toBe(10_000);
});
