import type { LoadMix } from '../load/load-mix.ts';
import type { Settings } from '../load/report.ts';

/** A load test's settings without its waiting. */
export const quickSettings = (url: string, changed: Partial<Settings> = {}): Settings => ({
  url,
  traces: 'http://127.0.0.1:9',
  users: 10,
  requests: 100,
  rampUpS: 0,
  ratePerSecond: null,
  durationS: null,
  thinkS: [0, 0],
  warmupS: 0,
  timeoutS: 2,
  seed: 1,
  ...changed,
});

/** Only `GET path`, with these statuses expected beside success. */
export const only = (path: string, expectedStatuses: readonly number[] = []): LoadMix => [
  { weight: 1, make: () => ({ route: `GET ${path}`, method: 'GET', path, expectedStatuses }) },
];
