/** What a service's process runs. */
export interface ServiceCode {
  readonly entry: string;
  readonly nodeArgs: readonly string[];
}

export const BUILT_CODE: ServiceCode = { entry: 'dist/main.js', nodeArgs: [] };

/** The files under `src` as they stand when the process starts: its own, and those of the libs that it uses. */
export const SOURCE_CODE: ServiceCode = {
  entry: 'src/main.ts',
  nodeArgs: ['--conditions=@tracelab/source', ...['--import', new URL('./source-hook.ts', import.meta.url).href]],
};
