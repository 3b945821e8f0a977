import { isMainThread } from 'node:worker_threads';

const FATAL_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls back before the process ends, whichever way it does, and changes nothing of how: a signal that nobody else
 * listens to still ends the process by that signal. Answers what takes the listening back.
 */
export function beforeEnd(finish: () => void): () => void {
  const onExit = () => {
    finish();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > 1) return;
    finish();
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };
  // Other watchers of the end must not take this one for the application's and wait for it, as it waits for them.
  Object.assign(onSignal, { [Symbol.for('tracelab.watchesEnd')]: true });
  process.on('exit', onExit);
  // Signals are the main thread's.
  const signals = isMainThread ? FATAL_SIGNALS : [];
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    process.removeListener('exit', onExit);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
}
