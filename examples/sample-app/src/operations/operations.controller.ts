import { Controller, Get, InternalServerErrorException, Query } from '@nestjs/common';
import { Delays } from '../delays.ts';
import { ErrorChance, type OperationNode, Tree } from './operation.ts';
import { OperationsService } from './operations.service.ts';

@Controller()
export class OperationsController {
  constructor(
    private readonly delays: Delays,
    private readonly operations: OperationsService,
  ) {}

  @Get('slow-operation')
  async slow() {
    await this.delays.between(500, 2_000);
    return { message: 'Slow operation completed' };
  }

  @Get('error-simulation')
  errors(@Query({ schema: ErrorChance }) { error_probability }: ErrorChance) {
    if (Math.random() < error_probability)
      throw new InternalServerErrorException({ detail: 'Simulated error occurred' });
    return { message: 'Operation completed successfully' };
  }

  @Get('complex-operation')
  async complex() {
    return { message: 'Complex operation completed', results: await this.operations.complex() };
  }

  @Get('nested-operations')
  nested(@Query({ schema: Tree }) tree: Tree): Promise<OperationNode> {
    return this.operations.nested(tree);
  }

  @Get('background-task')
  background() {
    this.operations.later().catch((error: unknown) => {
      process.stderr.write(`The background task failed: ${String(error)}\n`);
    });
    return { message: 'Background task started' };
  }
}
