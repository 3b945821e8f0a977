import { expect, test } from '@jest/globals';
import { loadTracingConfig } from '../config.ts';
import { ServerRoutes } from './server-route.ts';

test('what watches over the process is ignored, and no route that only begins like it', () => {
  const routes = new ServerRoutes(loadTracingConfig({}, {}).ignoredRoutes);
  const ignored = ['/health', '/health/live', '/metrics'];
  const traced = ['/', '/healthplans/:id', '/metrics/:id', undefined];
  expect(ignored.map(template => routes.of('GET', template).isIgnored)).toEqual([true, true, true]);
  expect(traced.map(template => routes.of('GET', template).isIgnored)).toEqual([false, false, false, false]);
});

test('a method that nobody knows names no span, however many are invented', () => {
  const routes = new ServerRoutes([]);
  const known = routes.of('GET', '/users/:id');
  expect(known).toMatchObject({ method: 'GET', name: 'GET /users/:id' });
  expect(routes.of('GET', '/users/:id')).toBe(known);
  const invented = routes.of('BREW', '/users/:id');
  expect(invented).toMatchObject({ method: '_OTHER', name: 'HTTP /users/:id' });
  expect(routes.of('POUR', '/users/:id')).toBe(invented);
  expect(routes.of('POUR', undefined)).toMatchObject({ method: '_OTHER', name: 'HTTP' });
});
