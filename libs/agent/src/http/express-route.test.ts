import { expect, test } from '@jest/globals';
import { expressRouteOf } from './express-route.ts';

test.each([
  [{ route: { path: '/cats/:id' }, baseUrl: '', params: { id: '7' } }, '/cats/:id'],
  [
    { route: { path: '/posts/:post' }, baseUrl: '/users/7', params: { user: '7', post: '2' } },
    '/users/:user/posts/:post',
  ],
  [{ route: { path: '/posts/:post' }, baseUrl: '/users/7', params: { post: '2' } }, '/users/:id/posts/:post'],
  [{ route: { path: '/' }, baseUrl: '/users' }, '/users'],
  [{ route: { path: '/' }, baseUrl: '' }, '/'],
  [{ route: { path: /^x/ }, baseUrl: '' }, undefined],
  [{}, undefined],
])('%j is %s', (request, route) => {
  expect(expressRouteOf(request)).toBe(route);
});
