import { describe, expect, test } from '@jest/globals';
import { parseEnv } from '@tracelab/service-kit/config';
import { z } from 'zod';
import { demoConfig, demoSettings } from './demo-settings.ts';
import { Simulation } from './simulation.ts';

const defaults = { delays: { walk: [10, 50] }, failureRates: { fall: 0.1 } } as const;
const simulation = (env: Record<string, string>) =>
  new Simulation(demoConfig(defaults, parseEnv(z.object(demoSettings(defaults)), env)));

const draws = (from: Simulation<'walk', 'fall'>, count = 2_000) =>
  Array.from({ length: count }, () => `${from.fails('fall')} ${from.pick('way', ['left', 'right'])}`);

describe('with a seed', () => {
  test('the same draws come in the same order', () => {
    expect(draws(simulation({ DEMO_SEED: '42' }))).toEqual(draws(simulation({ DEMO_SEED: '42' })));
    expect(draws(simulation({ DEMO_SEED: '42' }))).not.toEqual(draws(simulation({ DEMO_SEED: '43' })));
  });

  test('another draw in between changes nothing for the others', async () => {
    const [plain, disturbed] = [simulation({ DEMO_SEED: '1' }), simulation({ DEMO_SEED: '1', DEMO_DELAY_SCALE: '0' })];
    await disturbed.delay('walk');
    expect(draws(disturbed)).toEqual(draws(plain));
  });

  test('things fail as often as their rate says', () => {
    const from = simulation({ DEMO_SEED: '7' });
    const failures = Array.from({ length: 10_000 }, () => from.fails('fall')).filter(Boolean).length;
    expect(failures).toBeGreaterThan(850);
    expect(failures).toBeLessThan(1_150);
  });
});

test('a delay lies in its range, whatever the scale', async () => {
  const from = simulation({ DEMO_DELAY_SCALE: '0', DELAY_WALK_MS: '5-6' });
  for (let i = 0; i < 100; i++) {
    const tookMs = await from.delay('walk');
    expect(tookMs).toBeGreaterThanOrEqual(5);
    expect(tookMs).toBeLessThanOrEqual(6);
  }
});

test('the extremes of a rate are never and always', () => {
  expect(draws(simulation({ FAIL_FALL: '0' })).some(drawn => drawn.startsWith('true'))).toBe(false);
  expect(draws(simulation({ FAIL_FALL: '1' })).every(drawn => drawn.startsWith('true'))).toBe(true);
});

test.each([
  ['DELAY_WALK_MS', '50-10'],
  ['DELAY_WALK_MS', 'long'],
  ['FAIL_FALL', '1.5'],
  ['DEMO_DELAY_SCALE', '-1'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => simulation({ [name]: value })).toThrow(name);
});
