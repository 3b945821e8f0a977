import { Config, type ConfigOptions, lenientConfig } from './config.ts';
import { keepCompiledCode } from './hooks/compiled-code.ts';
import { ownNumbers } from './hooks/function-numbers.ts';
import { hasSynchronousHooks, rewriteLoadedFiles } from './hooks/load-hook.ts';
import { ModuleRewriter } from './hooks/module-rewriter.ts';
import { rewriteLoadedFilesByOlderHooks } from './hooks/older-hooks.ts';
import { PlanCache } from './hooks/plan-cache.ts';
import { showOriginalPositions } from './hooks/stack-positions.ts';
import { printOriginalHeaders } from './hooks/uncaught-header.ts';
import { traceServerRequests } from './http/server-requests.ts';
import { beforeEnd } from './lifecycle.ts';
import { openSession, closeSession, currentSession } from './current-session.ts';
import type { TracingSession } from './session.ts';
import { runtime } from './runtime/global-runtime.ts';
import { messageOf, warnAtOnceFromNow, warnOnce } from './warning.ts';

let stopListening: (() => void) | undefined;

/**
 * Traces every function of the modules that are loaded from now on, and every `trace`d one. A second call ends the
 * running session first. Throws `ConfigInvalid` for settings that cannot be meant; a log that cannot be written is
 * warned of, and nothing is traced.
 */
export function startTracing(config: Config | ConfigOptions = {}): void {
  const whole = config instanceof Config ? config : new Config(config);
  const session = open(whole);
  if (session === undefined) return;
  const { root, cache: usesCache, http } = whole.settings;
  const cache = usesCache ? new PlanCache(root) : undefined;
  // Coverage of code that was compiled before is less exact.
  if (cache !== undefined && !whole.isMeasured) keepCompiledCode(cache.directory);
  const rewriter = new ModuleRewriter({ filters: session.filters, root, cache, numbers: ownNumbers });
  if (hasSynchronousHooks() && whole.settings.loadHooks === 'synchronous') rewriteLoadedFiles(rewriter);
  else rewriteLoadedFilesByOlderHooks(rewriter, { ...whole.filters, root, cache: usesCache });
  showOriginalPositions();
  printOriginalHeaders();
  if (http) traceServerRequests();
}

let hasBeenStarted = false;

/** Opens the log for what is traced by hand, without rewriting anything. */
export function initDecoratorLogger(config: Config | ConfigOptions = {}): void {
  open(config instanceof Config ? config : new Config(config));
}

/** What is traced by hand needs no start: the first call opens the log by the environment's settings. */
export function ensureSession(): void {
  if (!hasBeenStarted) open(lenientConfig().config);
}

function open(config: Config): TracingSession | undefined {
  stopTracing();
  hasBeenStarted = true;
  if (!config.settings.enabled) return undefined;
  try {
    const session = openSession(config);
    stopListening = beforeEnd(() => {
      warnAtOnceFromNow();
      stopTracing();
    });
    return session;
  } catch (error) {
    warnOnce('FLOWTRACE_LOG', `FlowTrace cannot write its log and does not trace this thread: ${messageOf(error)}`);
    return undefined;
  }
}

/** Ends the session: everything recorded is in the log when this returns. Tracing can be started again. */
export function stopTracing(): void {
  stopListening?.();
  stopListening = undefined;
  closeSession();
}

/** Stops recording within the session; what is under way still writes its end. */
export function pauseTracing(): void {
  runtime.pause();
}

/** Goes on recording. */
export function resumeTracing(): void {
  runtime.resume();
}

/** Sends what is held back on its way to the log. */
export function flushTracing(): void {
  currentSession()?.flush();
}
