import { Controller, Param } from '@nestjs/common';
import { type Flow, runFlow } from '@tracelab/contracts/flow';
import { UserParams } from '@tracelab/contracts/user';
import { Route } from '@tracelab/service-kit';
import { FlowService } from './flow.service.ts';

@Controller()
export class FlowController {
  constructor(private readonly flow: FlowService) {}

  @Route(runFlow)
  run(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<Flow> {
    return this.flow.run(user_id);
  }
}
