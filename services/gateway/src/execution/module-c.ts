import { Span } from '@tracelab/tracing';
import type { Run } from './run.ts';

export class ModuleC {
  @Span('c', { description: 'Function C' })
  async c(run: Run): Promise<void> {
    await this.c1(run);
    await this.c2(run);
    await this.c3(run);
    run.finish('c');
  }

  @Span('c1', { description: 'Function C1' })
  c1(run: Run): Promise<void> {
    return run.work('c1', 100);
  }

  @Span('c2', { description: 'Function C2' })
  c2(run: Run): Promise<void> {
    return run.work('c2', 200);
  }

  @Span('c3', { description: 'Function C3' })
  c3(run: Run): Promise<void> {
    return run.work('c3', 300);
  }
}
