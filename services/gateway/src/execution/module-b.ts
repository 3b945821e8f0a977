import { Span } from '@tracelab/tracing';
import type { Run } from './run.ts';

export class ModuleB {
  @Span('b', { description: 'Function B' })
  async b(run: Run): Promise<void> {
    await this.b1(run);
    await this.b2(run);
    await this.b3(run);
    run.finish('b');
  }

  @Span('b1', { description: 'Function B1' })
  b1(run: Run): Promise<void> {
    return run.work('b1', 100);
  }

  @Span('b2', { description: 'Function B2' })
  b2(run: Run): Promise<void> {
    return run.work('b2', 200);
  }

  @Span('b3', { description: 'Function B3' })
  b3(run: Run): Promise<void> {
    return run.work('b3', 300);
  }
}
