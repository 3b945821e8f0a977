import type { ExecutionMode } from '@tracelab/contracts/execution';
import { Span } from '@tracelab/tracing';
import { ModuleA } from './module-a.ts';
import { ModuleB } from './module-b.ts';
import { ModuleC } from './module-c.ts';
import type { Run } from './run.ts';

/** The functions that call those of the other modules, one after the other or side by side. */
export class MainModule {
  readonly #a = new ModuleA();
  readonly #b = new ModuleB();
  readonly #c = new ModuleC();

  @Span('main', { description: 'Main function' })
  main(run: Run, mode: ExecutionMode): Promise<void> {
    return inMode(mode, [() => this.#a.a(run), () => this.#b.b(run), () => this.#c.c(run)]);
  }

  @Span('main2', { description: 'Main function' })
  main2(run: Run, mode: ExecutionMode): Promise<void> {
    return inMode(mode, [() => this.#a.a(run), () => this.#b.b(run)]);
  }
}

async function inMode(mode: ExecutionMode, calls: readonly (() => Promise<void>)[]): Promise<void> {
  if (mode === 'parallel') {
    await Promise.all(calls.map(call => call()));
    return;
  }
  for (const call of calls) await call();
}
