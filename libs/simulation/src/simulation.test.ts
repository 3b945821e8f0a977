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

describe('a step that is rarely slow', () => {
  const tookMs = async (env: Record<string, string>, count: number) => {
    const from = simulation({ DEMO_SEED: '3', DELAY_WALK_MS: '1', DEMO_DELAY_SCALE: '0', ...env });
    return Promise.all(Array.from({ length: count }, () => from.delay('walk')));
  };

  test('takes the extra time as often as its share says, the same runs with the same seed', async () => {
    const times = await tookMs({ SLOW_WALK: '0.1:20' }, 1_000);
    expect(times.filter(each => each === 21).length).toBeGreaterThan(70);
    expect(times.filter(each => each === 21).length).toBeLessThan(130);
    expect(times.every(each => each === 1 || each === 21)).toBe(true);
    expect(await tookMs({ SLOW_WALK: '0.1:20' }, 1_000)).toEqual(times);
  });

  test('waits for the extra time, which no scale removes', async () => {
    const started = performance.now();
    await tookMs({ SLOW_WALK: '1:60' }, 1);
    expect(performance.now() - started).toBeGreaterThan(55);
  });

  test('changes no other draw', async () => {
    const range = { DELAY_WALK_MS: '10-50' };
    expect(await tookMs({ ...range, SLOW_WALK: '1:0' }, 100)).toEqual(await tookMs(range, 100));
  });
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
  ['SLOW_WALK', '300'],
  ['SLOW_WALK', '1.5:300'],
  ['SLOW_WALK', '0.01:-3'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => simulation({ [name]: value })).toThrow(name);
});
