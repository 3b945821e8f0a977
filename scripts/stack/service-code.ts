import { fileURLToPath } from 'node:url';

/** What a service's process runs. */
export interface ServiceCode {
  readonly entry: string;
  readonly nodeArgs: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export const BUILT_CODE: ServiceCode = { entry: 'dist/main.js', nodeArgs: [], env: {} };

/** The files under `src` as they stand when the process starts: its own, and those of the libs that it uses. */
export const SOURCE_CODE: ServiceCode = {
  entry: 'src/main.ts',
  nodeArgs: ['--conditions=@tracelab/source', ...['--import', new URL('./source-hook.ts', import.meta.url).href]],
  // A fifth less to do at each start, for 12 MB more in each process: worth it only where there are many starts.
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/run-dev-v8/', import.meta.url)) },
};
