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
