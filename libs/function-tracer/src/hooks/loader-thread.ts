// What Nodes without synchronous hooks run in their loader thread: rewrites ES modules, and reports on them.
import type { LoadHook } from 'node:module';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Filters, type FilterOptions } from '../filters.ts';
import { NUMBERED_ELSEWHERE } from '../runtime/function-table.ts';
import type { FunctionNumbers } from './function-numbers.ts';
import { rewritten } from './load-hook.ts';
import { type LoadedFile, ModuleRewriter, type Planned } from './module-rewriter.ts';
import { PlanCache } from './plan-cache.ts';

export interface LoaderSettings extends FilterOptions {
  readonly root: string;
  readonly cache: boolean;
}

/** What the thread that runs the modules must know of each: what was rewritten, or why not. */
export type LoaderReport =
  | { readonly file: LoadedFile; readonly plan: Planned['plan']; readonly firstFunction: number }
  | { readonly path: string; readonly reason: string };

class LoaderNumbers implements FunctionNumbers {
  readonly #port: MessagePort;
  #next = NUMBERED_ELSEWHERE;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  add(file: LoadedFile, plan: Planned['plan']): number {
    const firstFunction = this.#next;
    this.#next += plan.functions.length;
    this.#report({ file, plan: { functions: plan.functions, skipped: plan.skipped }, firstFunction });
    return firstFunction;
  }

  leftAlone(path: string, reason: string): void {
    this.#report({ path, reason });
  }

  #report(report: LoaderReport): void {
    this.#port.postMessage(report);
  }
}

let port: MessagePort;
let numbers: LoaderNumbers;
let rewriter: ModuleRewriter | undefined;

interface LoaderData {
  readonly settings: LoaderSettings;
  readonly port: MessagePort;
}

/** Called by Node with what the other thread has sent along. */
export function initialize(data: LoaderData): void {
  port = data.port;
  port.unref();
  numbers = new LoaderNumbers(port);
  rewriter = rewriterFor(data.settings);
}

function rewriterFor({ root, cache, ...filters }: LoaderSettings): ModuleRewriter {
  const plans = cache ? new PlanCache(root) : undefined;
  return new ModuleRewriter({ filters: new Filters(filters), root, cache: plans, numbers });
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const changed = receiveMessageOnPort(port);
  if (changed !== undefined) rewriter = rewriterFor(changed.message as LoaderSettings);
  const loaded = await nextLoad(url, context);
  // CommonJS files go through the compiler of the thread that runs them.
  return loaded.format?.startsWith('module') === true ? rewritten(url, loaded, rewriter) : loaded;
};
