import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

/** What to do with the exports of a module, in these versions, when the program loads it. */
export interface ModulePatchOptions extends InstrumentationConfig {
  readonly moduleName: string;
  readonly versions: readonly string[];
  /** Returns what the program gets; usually the same. */
  readonly patch: (exports: unknown) => unknown;
}

/** Changes one module as it is loaded, required or imported, by the hooks that all instrumentations share. */
export class ModulePatch extends InstrumentationBase<ModulePatchOptions> {
  constructor(options: ModulePatchOptions) {
    super(`@tracelab/agent/${options.moduleName}`, '0.1.0', options);
  }

  // Called by the base class while it is constructed: the options are there, fields of this class would not be.
  protected override init(): InstrumentationNodeModuleDefinition[] {
    const { moduleName, versions, patch } = this.getConfig();
    return [new InstrumentationNodeModuleDefinition(moduleName, [...versions], patch)];
  }
}
