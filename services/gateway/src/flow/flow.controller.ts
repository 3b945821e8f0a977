import { Controller, Param } from '@nestjs/common';
import { type Flow, runFlow } from '@tracelab/contracts/flow';
import { UserParams } from '@tracelab/contracts/user';
import { TracedRoute } from '../telemetry.ts';
import { FlowService } from './flow.service.ts';

@Controller()
export class FlowController {
  constructor(private readonly flow: FlowService) {}

  @TracedRoute(runFlow, 'demo_full_flow')
  run(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<Flow> {
    return this.flow.run(user_id);
  }
}
