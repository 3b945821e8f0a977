import { runtime } from '../runtime/global-runtime.ts';
import type { LoadedFile, Planned } from './module-rewriter.ts';
import { rewrittenFiles } from './rewritten-files.ts';

/** Gives the functions of rewritten files the numbers that their code carries. */
export interface FunctionNumbers {
  /** Answers the number of the file's first function. */
  add(file: LoadedFile, plan: Planned['plan']): number;
  leftAlone(path: string, reason: string): void;
}

/** For files that are rewritten in the thread that runs them. */
export const ownNumbers: FunctionNumbers = {
  add: (file, plan) => remember(file, plan, runtime.functions.add(descriptions(file, plan))),
  leftAlone: (path, reason) => {
    rewrittenFiles.leftAlone(path, reason);
  },
};

/** For a file that another thread has rewritten and numbered. */
export function addNumbered(file: LoadedFile, plan: Planned['plan'], firstFunction: number): void {
  runtime.functions.addNumbered(firstFunction, descriptions(file, plan));
  remember(file, plan, firstFunction);
}

function remember({ url, path, source, kind }: LoadedFile, plan: Planned['plan'], firstFunction: number): number {
  const functionCount = plan.functions.length;
  rewrittenFiles.add([url, path], { path, source, kind, firstFunction, functionCount }, plan.skipped);
  return firstFunction;
}

function descriptions({ module }: LoadedFile, { functions }: Planned['plan']) {
  return functions.map(({ name, owner, line, isAsync, isGenerator }) => ({
    module,
    owner,
    name,
    line,
    isAsync: isAsync && !isGenerator,
  }));
}
