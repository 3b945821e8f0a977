import type { Readiness as State } from '@tracelab/contracts/service';
import type { Dependency } from './health.module.ts';

/** Whether the service and everything it needs can take requests. */
export class Readiness {
  readonly service: string;
  readonly #dependencies: readonly Dependency[];
  #isStopping = false;

  constructor(service: string, dependencies: readonly Dependency[]) {
    this.service = service;
    this.#dependencies = dependencies;
  }

  /** From here on the service says that it is stopping, so that balancers send nothing more. */
  stop(): void {
    this.#isStopping = true;
  }

  async state(): Promise<State> {
    const dependencies = Object.fromEntries(await Promise.all(this.#dependencies.map(stateOf)));
    const isReady = this.#dependencies.every(({ name, isOptional }) => isOptional || dependencies[name] === 'up');
    const status = this.#isStopping ? 'stopping' : isReady ? 'ready' : 'not ready';
    return { status, service: this.service, dependencies };
  }
}

// The reason goes to the log of whoever owns the dependency; an error's words here could tell an address or a user.
async function stateOf({ name, check }: Dependency): Promise<[string, string]> {
  return check().then(
    () => [name, 'up'],
    () => [name, 'down'],
  );
}
