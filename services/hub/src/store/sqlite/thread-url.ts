const isSource = import.meta.url.endsWith('.ts');

/** The file of a thread's code beside this one, as source or as built. */
export function threadUrl(name: 'writer-thread' | 'reader-thread'): URL {
  return new URL(`./${name}${isSource ? '.ts' : '.js'}`, import.meta.url);
}

/** From source, packages of the workspace are read from source too. */
export const THREAD_ARGUMENTS: readonly string[] = isSource ? ['--conditions=@tracelab/source'] : [];
