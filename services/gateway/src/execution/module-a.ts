import { Span } from '@tracelab/tracing';
import type { Run } from './run.ts';

export class ModuleA {
  @Span('a', { description: 'Function A' })
  async a(run: Run): Promise<void> {
    await this.a1(run);
    await this.a2(run);
    await this.a3(run);
    run.finish('a');
  }

  @Span('a1', { description: 'Function A1' })
  a1(run: Run): Promise<void> {
    return run.work('a1', 100);
  }

  @Span('a2', { description: 'Function A2' })
  a2(run: Run): Promise<void> {
    return run.work('a2', 200);
  }

  @Span('a3', { description: 'Function A3' })
  a3(run: Run): Promise<void> {
    return run.work('a3', 300);
  }
}
