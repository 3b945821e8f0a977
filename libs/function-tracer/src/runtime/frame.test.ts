import { expect, test } from '@jest/globals';
import type { Frame } from './frame.ts';
import type { Recorder } from './recorder.ts';
import { RequestBudget } from './request-budget.ts';
import { Runtime } from './runtime.ts';

const NOTHING_WRITTEN: Recorder = {
  describeArgs: () => '{}',
  enter: () => true,
  exit: () => undefined,
  exception: () => undefined,
  aggregate: () => undefined,
};

function startedRuntime(): Runtime {
  const runtime = new Runtime(0);
  runtime.functions.add([{ module: 'm', owner: undefined, name: 'f', line: 1, isAsync: false }]);
  runtime.start({
    recorder: NOTHING_WRITTEN,
    captureArgs: false,
    maxDepth: 10,
    minDurationMs: 0,
    sampleRate: 1,
    aggregatesHot: false,
    requestBudget: new RequestBudget(0),
  });
  return runtime;
}

test('a call that ended before it was to be suspended leaves its caller the current one', () => {
  const runtime = startedRuntime();
  const caller = runtime.e(0, 0);
  const ended = runtime.e(0, 0) as Frame;
  ended.l();
  ended.s();
  expect(runtime.current).toBe(caller);
});
