import { describe, expect, test } from '@jest/globals';
import { describeSql } from './sql.ts';

describe('the text of a statement holds nothing from data', () => {
  test.each([
    ["select * from users where name = 'O''Brien' and age > 42", 'select * from users where name = ? and age > ?'],
    ["select 'it''s -- not a comment', 1.5e3 -- a comment\nfrom t", 'select ?, ? from t'],
    ['select * from t /* secret 4111 */ where a = $1', 'select * from t where a = $1'],
    ["select E'a\\'b', $$dollar 'quoted'$$, $tag$x$tag$", 'select ?, ?, ?'],
    ['insert into t (a, b) values ($1, $2), ($3, $4)', 'insert into t (?) values (?)'.replace('(?)', '(a, b)')],
    ['select * from t where id in (1, 2, 3)', 'select * from t where id in (?)'],
    ['select "Column 1" from t2 where t2.c1 = 5', 'select "Column 1" from t2 where t2.c1 = ?'],
    ["select 'unfinished", 'select ?'],
    ["select q'[it's secret]', Q'{a'b}', nq'!don't!', q'(a)b)' from t", 'select ?, ?, ?, ? from t'],
    ["select q'<unfinished's", 'select ?'],
  ])('%s', (statement, text) => {
    expect(describeSql(statement).text).toBe(text);
  });
});

test.each([
  ['select "it\\"s 1" from `cats` where a = \'O\\\'Brien\' # secret', 'select ? from `cats` where a = ?'],
  ["insert into cats values ('a\\\\', 'b') -- don't", 'insert into cats values (?)'],
  ["select 'unfinished\\\\\\", 'select ?'],
  ['select 5--2 from t -- secret', 'select ?--? from t'],
  ['select 5 from t --', 'select ? from t'],
])('of MySQL too: %s', (statement, text) => {
  expect(describeSql(statement, 'mysql').text).toBe(text);
});

describe('the summary names operation and table', () => {
  test.each([
    ['select * from "users" where id = $1', 'SELECT users'],
    ['insert into orders (a) values (1)', 'INSERT orders'],
    ['update only shop.orders set a = 1', 'UPDATE shop.orders'],
    ['delete from payments', 'DELETE payments'],
    ['delete from `pay`.`ments`', 'DELETE pay.ments'],
    ['begin', 'BEGIN'],
    ['select 1', 'SELECT'],
    ['create table if not exists things (id int)', 'CREATE things'],
    ['-- why\nselect a from b', 'SELECT b'],
    ['', 'QUERY'],
  ])('%s', (statement, summary) => {
    expect(describeSql(statement).summary).toBe(summary);
  });
});

test('a statement of a megabyte is described at once and shortly', () => {
  const { text } = describeSql(`insert into t values ${"('x'), ".repeat(150_000)}('x')`);
  expect(text.length).toBeLessThanOrEqual(2_000);
});
