import type { InstrumentationBase, InstrumentationModuleDefinition } from '@opentelemetry/instrumentation';
import type { Detail } from '@tracelab/tracing';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { StockLibrary } from './library-list.ts';

type Init = () => InstrumentationModuleDefinition | InstrumentationModuleDefinition[] | undefined;
type InstrumentationClass = new (options: Readonly<Record<string, unknown>>) => InstrumentationBase;

/** Told of each patch that was put on. */
export type OnPatched = () => void;

/** Starts the stock instrumentation of one library, before that library is loaded. */
export function startStockInstrumentation(library: StockLibrary, detail: Detail, onPatched: OnPatched): void {
  const stock = instrumentationClass(library.package);
  const telling = tellingPatches(stock, { versions: library.versions, onPatched });
  // An instrumentation is at work from its construction on.
  new telling(library.options?.(detail) ?? {});
}

const bundle = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'));

function instrumentationClass(name: string): InstrumentationClass {
  const commonJs = bundle.resolve(`@opentelemetry/instrumentation-${name}`);
  // The same format as libs/tracing loads: each package has both, and two copies of the API cost memory and time.
  const esm = commonJs.replace(/\.cjs$/, '.mjs');
  const exports = bundle(existsSync(esm) ? esm : commonJs) as Record<string, unknown>;
  const found = Object.entries(exports).find(([key]) => key.endsWith('Instrumentation'))?.[1];
  if (typeof found !== 'function') throw new TypeError(`instrumentation-${name} exports no instrumentation`);
  return found as InstrumentationClass;
}

interface Telling {
  readonly versions: readonly string[] | undefined;
  readonly onPatched: OnPatched;
}

// `init` is what an instrumentation overrides itself, so a subclass sees every module it will patch.
function tellingPatches(stock: InstrumentationClass, { versions, onPatched }: Telling): InstrumentationClass {
  const { init } = stock.prototype as { readonly init: Init };
  const TellingInstrumentation = class extends stock {
    protected init() {
      const definitions = [init.call(this) ?? []].flat();
      for (const definition of definitions) tellPatch(definition, { versions, onPatched });
      return definitions;
    }
  };
  return TellingInstrumentation;
}

// A module, or a file in it.
interface Patching {
  supportedVersions: string[];
  patch?: ((exports: unknown, version?: string) => unknown) | undefined;
  readonly files?: readonly Patching[];
}

function tellPatch(definition: Patching, { versions, onPatched }: Telling): void {
  if (versions !== undefined) definition.supportedVersions = [...versions];
  const { patch } = definition;
  if (patch !== undefined) {
    definition.patch = function (this: unknown, exports, version) {
      const patched = patch.call(this, exports, version);
      onPatched();
      return patched;
    };
  }
  for (const file of definition.files ?? []) tellPatch(file, { versions, onPatched });
}
