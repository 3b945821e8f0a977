import { Controller, Query, Res } from '@nestjs/common';
import { ExecutionQuery, traceExecution, traceShortExecution } from '@tracelab/contracts/execution';
import type { FastifyReply } from 'fastify';
import { TracedRoute } from '../telemetry.ts';
import { chromeTrace } from './chrome-trace.ts';
import type { DescribedCall } from './described-calls.ts';
import { ExecutionService } from './execution.service.ts';
import { executionSteps } from './execution-steps.ts';
import { executionText } from './execution-text.ts';
import { foldedStacks } from './folded-stacks.ts';

@Controller()
export class ExecutionController {
  constructor(private readonly execution: ExecutionService) {}

  @TracedRoute(traceExecution, 'trace_endpoint')
  async main(
    @Query({ schema: ExecutionQuery }) query: ExecutionQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answer(await this.execution.run('main', query), query, reply);
  }

  @TracedRoute(traceShortExecution, 'trace2_endpoint')
  async main2(
    @Query({ schema: ExecutionQuery }) query: ExecutionQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answer(await this.execution.run('main2', query), query, reply);
  }
}

function answer(calls: readonly DescribedCall[], { format, timings }: ExecutionQuery, reply: FastifyReply): unknown {
  if (calls.length === 0) return { message: 'No trace found.' };
  const steps = () => executionSteps(calls, { hasTimings: timings });
  switch (format) {
    case 'json':
      return steps();
    case 'text':
      reply.type('text/plain; charset=utf-8');
      return executionText(steps());
    case 'flame':
      reply.type('text/plain; charset=utf-8');
      return foldedStacks(calls);
    case 'chrome':
      return chromeTrace(calls);
  }
}
