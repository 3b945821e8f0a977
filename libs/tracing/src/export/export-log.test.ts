import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { setUpDiagnostics } from '../diagnostics.ts';
import { ExportLog } from './export-log.ts';

let said: string[];

beforeEach(() => {
  jest.useFakeTimers();
  said = [];
  jest.spyOn(process.stderr, 'write').mockImplementation(text => {
    said.push(String(text));
    return true;
  });
  setUpDiagnostics('warn');
});
afterEach(() => {
  diag.disable();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const taken = (failed: number) => ({ queued: 0, capacity: 10, exported: 1, failed, dropped: 0 });

test('each outage is told, and its end, however often a backend goes', () => {
  const log = new ExportLog('http://b');
  for (let outage = 1; outage <= 3; outage++) {
    for (let batch = 0; batch < 5; batch++) log.exportFailed(refused);
    log.exportSucceeded(taken(5 * outage));
    log.exportSucceeded(taken(5 * outage));
    jest.advanceTimersByTime(60_000);
  }
  const outage = [
    expect.stringMatching(/^tracing: spans do not reach http:\/\/b \(ECONNREFUSED\)/),
    expect.stringMatching(/takes spans again; 5 spans/),
  ];
  expect(said).toEqual([...outage, ...outage, ...outage]);
});

test('a backend that takes every other batch is told once a minute', () => {
  const log = new ExportLog('http://b');
  for (let seconds = 0; seconds < 90; seconds++) {
    log.exportFailed(refused);
    log.exportSucceeded(taken(seconds + 1));
    jest.advanceTimersByTime(1_000);
  }
  expect(said).toHaveLength(4);
  expect(said.at(-1)).toMatch(/takes spans again; 60 spans/);
});

test('another warning is still said once', () => {
  new ExportLog('http://b').exportFailed(refused);
  for (let i = 0; i < 3; i++) diag.warn('same');
  expect(said.slice(1)).toEqual(['same\n']);
});
