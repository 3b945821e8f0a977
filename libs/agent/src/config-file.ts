import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

interface ConfigFile {
  readonly 'instrumentation/development'?: {
    readonly js?: Readonly<Record<string, { readonly enabled?: boolean } | null>>;
  };
}

/**
 * The libraries that `OTEL_CONFIG_FILE` switches off under `instrumentation/development`, which the SDK does not read:
 * `js: { express: { enabled: false } }`.
 */
export function disabledByConfigFile(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  try {
    // Loaded on demand: few programs have such a file.
    const { parse } = createRequire(import.meta.url)('yaml') as { readonly parse: (text: string) => unknown };
    const { js = {} } = (parse(readFileSync(file, 'utf8')) as ConfigFile)['instrumentation/development'] ?? {};
    return Object.keys(js).filter(name => js[name]?.enabled === false);
  } catch {
    // The SDK reads the same file, and says what is wrong with it.
    return [];
  }
}
