import { describe, expect, test } from '@jest/globals';
import { compileQuery } from './compile-query.ts';

const filterOf = (text: string) => compileQuery(text).filter;
const field = (name: string) => ({ field: { name } });
const attr = (key: string) => ({ attr: { key } });
const scalar = (value: string) => ({ scalar: { value } });

describe('a term', () => {
  test.each([
    ['service:payment', { op: 'eq', args: [field('service'), scalar('payment')] }],
    ['operation:"POST /orders"', { op: 'eq', args: [field('operation'), scalar('POST /orders')] }],
    ['error:true', { op: 'eq', args: [field('status'), scalar('error')] }],
    ['error:false', { op: 'ne', args: [field('status'), scalar('error')] }],
    ['duration>200ms', { op: 'gt', args: [field('duration'), scalar('200000000')] }],
    ['payment.method=paypal', { op: 'eq', args: [attr('payment.method'), scalar('paypal')] }],
    ['payment.amount>=100', { op: 'gte', args: [attr('payment.amount'), scalar('100')] }],
    ['url.full~/orders', { op: 'regex', args: [attr('url.full'), scalar('/orders')] }],
    ['http.route=/a=b', { op: 'eq', args: [attr('http.route'), scalar('/a=b')] }],
    ['has:user.id', { op: 'exists', args: [attr('user.id')] }],
    ['user.id:*', { op: 'exists', args: [attr('user.id')] }],
    ['operation:GET*', { op: 'regex', args: [field('operation'), scalar('^GET.*$')] }],
    ['-cache.hit=true', { op: 'not', args: [{ op: 'eq', args: [attr('cache.hit'), scalar('true')] }] }],
    ['service:a,b', { op: 'in', args: [field('service'), { list: { values: [{ value: 'a' }, { value: 'b' }] } }] }],
    ['note=a,b', { op: 'eq', args: [attr('note'), scalar('a,b')] }],
  ])('%s is understood', (text, filter) => {
    expect(filterOf(text)).toEqual(filter);
  });

  test('without a value yet asks for nothing', () => {
    expect(compileQuery('service:')).toEqual({ via: [], faults: [] });
  });

  test.each([
    ['duration>soon', /no duration/],
    ['user.id>old', /compares numbers/],
    ['service:a OR', /both sides/],
    ['service:a OR card', /free words/],
  ])('%s is refused in words', (text, words) => {
    const { faults, filter } = compileQuery(text);
    expect(faults.join()).toMatch(words);
    expect(filter).toBeUndefined();
  });
});

test('terms stand together, OR binds weaker, and words are searched as one text', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(key => ({ op: 'eq', args: [attr(key), scalar('1')] }));
  expect(filterOf('a=1 b=1 OR c=1')).toEqual({ op: 'or', args: [{ op: 'and', args: [a, b] }, c] });
  expect(compileQuery('card "was declined" a=1')).toEqual({
    text: 'card was declined',
    filter: a,
    via: [],
    faults: [],
  });
});

test('via asks the trace, not the span', () => {
  expect(compileQuery('service:a via:b via:c')).toMatchObject({ via: ['b', 'c'], filter: { op: 'eq' } });
});
