import { expect, test } from '@jest/globals';
import { traceTree } from '@tracelab/trace-model';
import { makeSpans, text } from '../../libs/trace-model/test/make-spans.ts';
import { refusalLine } from './refusal-line.ts';

const answered = (status: string) => {
  const attributes = [text('http.response.status_code', status)];
  return traceTree(makeSpans({ id: 'flow', kind: 'server', at: [0, 9], attributes }));
};

test('a flow that the shop refused on purpose is explained, and no other', () => {
  expect(refusalLine(answered('402'))).toMatch(/the card was declined: about one flow in seven/);
  expect(refusalLine(answered('409'))).toMatch(/out of stock/);
  for (const status of ['200', '500', '503']) expect(refusalLine(answered(status))).toBeUndefined();
});
