import { describe, expect, test } from '@jest/globals';
import { AddStep, AddSteps } from '@tracelab/contracts/perf-tracer';
import type { z } from 'zod';
import { laxBooleans } from './lax-booleans.ts';
import { validationDetails } from './validation-details.ts';

function detailsOf(schema: z.ZodType, value: unknown) {
  const parsed = schema.safeParse(laxBooleans(value));
  return parsed.success ? [] : validationDetails('body', parsed.error.issues, value);
}

const whole = { trace_tag: 't', step_name: 's' };

test('a missing field is told with the object that lacks it', () => {
  expect(detailsOf(AddStep, { trace_tag: 't' })).toEqual([
    { type: 'missing', loc: ['body', 'step_name'], msg: 'Field required', input: { trace_tag: 't' } },
  ]);
});

test('no body at all is a missing body', () => {
  const missing = [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }];
  expect(detailsOf(AddStep, undefined)).toEqual(missing);
  expect(detailsOf(AddStep, null)).toEqual(missing);
});

test.each([[[]], ['text'], [7], [true]])('a body that is no object: %p', value => {
  expect(detailsOf(AddStep, value)).toEqual([
    {
      type: 'model_attributes_type',
      loc: ['body'],
      msg: 'Input should be a valid dictionary or object to extract fields from',
      input: value,
    },
  ]);
});

test('several faults are all told, in the order of the fields', () => {
  const details = detailsOf(AddStep, { trace_tag: 5, trace_id: [], step_name: null, end_trace: 'perhaps' });
  expect(details.map(({ type, loc }) => [type, loc.join('.')])).toEqual([
    ['string_type', 'body.trace_tag'],
    ['string_type', 'body.trace_id'],
    ['string_type', 'body.step_name'],
    ['bool_parsing', 'body.end_trace'],
  ]);
});

describe('booleans', () => {
  test.each([true, 1, '1', 'true', 'True', 't', 'yes', 'Y', 'on'])('%p is true', value => {
    expect(AddStep.parse(laxBooleans({ ...whole, end_trace: value })).end_trace).toBe(true);
  });

  test.each([false, 0, '0', 'false', 'FALSE', 'f', 'no', 'n', 'off'])('%p is false', value => {
    expect(AddStep.parse(laxBooleans({ ...whole, track_duration: value })).track_duration).toBe(false);
  });

  test.each([
    ['', 'bool_parsing'],
    ['2', 'bool_parsing'],
    [2, 'bool_parsing'],
    [0.5, 'bool_type'],
    [null, 'bool_type'],
    [[], 'bool_type'],
  ])('%p is none: %s', (value, type) => {
    expect(detailsOf(AddStep, { ...whole, track_duration: value }).map(each => each.type)).toEqual([type]);
  });
});

test('the booleans of a batch are read alike', () => {
  const steps = [{ step_name: 'a', track_duration: 'no' }];
  expect(AddSteps.parse(laxBooleans({ trace_tag: 't', steps, end_trace: 1 }))).toMatchObject({
    steps: [{ track_duration: false }],
    end_trace: true,
  });
});

test('what is longer or smaller than a limit is told with the limit', () => {
  const long = { trace_tag: 'x'.repeat(1_025), steps: [{ step_name: 'a', age_seconds: -1 }] };
  expect(detailsOf(AddSteps, long)).toMatchObject([
    { type: 'string_too_long', loc: ['body', 'trace_tag'], ctx: { max_length: 1_024 } },
    { type: 'greater_than_equal', loc: ['body', 'steps', 0, 'age_seconds'], ctx: { ge: 0 } },
  ]);
  expect(detailsOf(AddSteps, { trace_tag: 't', steps: [] })).toMatchObject([
    { type: 'too_short', msg: 'List should have at least 1 item after validation, not 0' },
  ]);
});
