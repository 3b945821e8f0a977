import { describe, expect, test } from '@jest/globals';
import { compileQuery } from './compile-query.ts';
import { viaPredicate } from './via-services.ts';
import { wildcardPattern } from './wildcard-names.ts';

const filterOf = (text: string) => compileQuery(text).filter;
const field = (name: string) => ({ field: { name } });
const attr = (key: string) => ({ attr: { key } });
const scalar = (value: string) => ({ scalar: { value } });

describe('a term', () => {
  test.each([
    ['service:payment', { op: 'eq', args: [field('service'), scalar('payment')] }],
    ['operation:"POST /orders"', { op: 'eq', args: [field('operation'), scalar('POST /orders')] }],
    ['error:true', { op: 'eq', args: [field('status'), scalar('error')] }],
    ['error:True', { op: 'eq', args: [field('status'), scalar('error')] }],
    ['error=1', { op: 'eq', args: [field('status'), scalar('error')] }],
    ['error:false', { op: 'ne', args: [field('status'), scalar('error')] }],
    ['-error!=true', { op: 'eq', args: [field('status'), scalar('error')] }],
    ['duration>200ms', { op: 'gt', args: [field('duration'), scalar('200000000')] }],
    ['payment.method=paypal', { op: 'eq', args: [attr('payment.method'), scalar('paypal')] }],
    ['payment.amount>=100', { op: 'gte', args: [attr('payment.amount'), scalar('100')] }],
    ['url.full~/orders', { op: 'regex', args: [attr('url.full'), scalar('/orders')] }],
    ['http.route=/a=b', { op: 'eq', args: [attr('http.route'), scalar('/a=b')] }],
    ['has:user.id', { op: 'exists', args: [attr('user.id')] }],
    ['user.id:*', { op: 'exists', args: [attr('user.id')] }],
    ['operation:GET*', { op: 'regex', args: [field('operation'), scalar('^GET')] }],
    ['operation:*pay*', { op: 'regex', args: [field('operation'), scalar('pay')] }],
    ['url.full=http*/a.b', { op: 'regex', args: [attr('url.full'), scalar('^http[\\s\\S]*/a\\.b$')] }],
    ['has!=user.id', { op: 'not', args: [{ op: 'exists', args: [attr('user.id')] }] }],
    ['user.id!=*', { op: 'not', args: [{ op: 'exists', args: [attr('user.id')] }] }],
    ['service!=a', { op: 'ne', args: [field('service'), scalar('a')] }],
    ['-cache.hit=true', { op: 'not', args: [{ op: 'eq', args: [attr('cache.hit'), scalar('true')] }] }],
    ['service:a,b', { op: 'in', args: [field('service'), { list: { values: [{ value: 'a' }, { value: 'b' }] } }] }],
    [
      'service:a,b*',
      {
        op: 'or',
        args: [
          { op: 'eq', args: [field('service'), scalar('a')] },
          { op: 'regex', args: [field('service'), scalar('^b')] },
        ],
      },
    ],
    [
      'operation!=GET*',
      {
        op: 'and',
        args: [
          { op: 'exists', args: [field('operation')] },
          { op: 'not', args: [{ op: 'regex', args: [field('operation'), scalar('^GET')] }] },
        ],
      },
    ],
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
    ['via:a OR via:b', /via:a,b/],
    ['service:a OR service:b via:c', /via:a,b/],
    ['-timeout', /leaves out a word/],
    ['-"card declined"', /^-"card declined" leaves out/],
    ['error:maybe', /neither true nor false/],
    ['error>1', /write error:1/],
    ['via~a', /write via:a/],
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

describe('via', () => {
  const isMet = (text: string, ...services: string[]) => viaPredicate(compileQuery(text).via)(services);

  test('asks the trace, not the span', () => {
    expect(compileQuery('service:a via:b')).toMatchObject({
      via: [{ services: ['b'], isNegated: false }],
      filter: { op: 'eq' },
    });
    expect(isMet('via:a via:b', 'a', 'b')).toBe(true);
    expect(isMet('via:a via:b', 'a', 'c')).toBe(false);
  });

  test('turned around leaves out the traces of a service', () => {
    for (const text of ['-via:order', 'via!=order']) {
      expect(isMet(text, 'gateway', 'order')).toBe(false);
      expect(isMet(text, 'gateway', 'user')).toBe(true);
    }
    expect(isMet('-via!=order', 'order')).toBe(true);
    expect(isMet('-via:order,user', 'gateway', 'user')).toBe(false);
  });

  test('takes either of two, and * for anything', () => {
    expect(isMet('via:a,b', 'b', 'c')).toBe(true);
    expect(isMet('via:pay*', 'gateway', 'payment')).toBe(true);
    expect(isMet('via:pay*', 'repay')).toBe(false);
  });
});

test('* is anything, ends of lines too', () => {
  const pattern = new RegExp(wildcardPattern('SyntaxError*hub*'), 'u');
  expect(pattern.test('SyntaxError: no\n  at hub.ts\n  at main.ts')).toBe(true);
  expect(pattern.test('a SyntaxError in hub')).toBe(false);
});
