import { Injectable } from '@nestjs/common';
import type { ExecutionQuery } from '@tracelab/contracts/execution';
import { recordExecution } from '@tracelab/tracing';
import { type DescribedCall, describedCalls } from './described-calls.ts';
import { ExecutionFailed } from './execution.errors.ts';
import { executionSteps } from './execution-steps.ts';
import { MainModule } from './main-module.ts';
import { Run } from './run.ts';

const NO_TRACE = { message: 'No trace found.' } as const;

/** Runs the modules' functions, and tells what they did. */
@Injectable()
export class ExecutionService {
  private readonly modules = new MainModule();

  /** The calls of this request; none where the process records no spans. */
  run(main: 'main' | 'main2', { mode, fail, timings }: ExecutionQuery): Promise<readonly DescribedCall[]> {
    return recordExecution(async recorded => {
      const calls = () => describedCalls(recorded()?.roots ?? []);
      try {
        await this.modules[main](new Run(fail), mode);
        return calls();
      } catch (error) {
        const partial = calls();
        throw new ExecutionFailed(
          partial.length === 0 ? NO_TRACE : executionSteps(partial, { hasTimings: timings }),
          error,
        );
      }
    });
  }
}
