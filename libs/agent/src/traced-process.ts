import { realpathSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// They start the program that is meant, and hand NODE_OPTIONS on to it. Tracing them too would only cost time.
const launchers = [
  /[/\\]node_modules[/\\](?:npm|pnpm|yarn|corepack|@nestjs[/\\]cli|tsx|nodemon|concurrently|turbo|nx|typescript)[/\\]/,
  // All but the files into which it loads the program.
  /[/\\]node_modules[/\\]pm2[/\\](?!lib[/\\]ProcessContainer)/,
  // Yarn outside of packages, and what corepack keeps.
  /[/\\]bin[/\\]yarn(?:pkg)?(?:\.c?js)?$|[/\\]\.yarn[/\\]releases[/\\]/,
  /[/\\]corepack[/\\](?:v\d+[/\\])?(?:npm|pnpm|yarn)[/\\]\d/,
];
// The threads of loggers and the like: they serve nobody.
const serviceThreads = /[/\\]node_modules[/\\](?:thread-stream|pino|tinypool|piscina|jest-worker)[/\\]/;

/** Whether this process or thread is one whose spans anybody wants. */
export function isTracedProcess(entry = process.argv[1]): boolean {
  if (entry === undefined) return true;
  const file = resolved(entry);
  return isMainThread ? !launchers.some(launcher => launcher.test(file)) : !serviceThreads.test(file);
}

// Commands in node_modules/.bin are links.
function resolved(entry: string): string {
  try {
    return realpathSync(entry);
  } catch {
    return entry;
  }
}
