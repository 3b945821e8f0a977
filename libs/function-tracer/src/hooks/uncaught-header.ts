import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { child, type Node, nodesBelow } from '../rewrite/node.ts';
import { parse } from '../rewrite/parse.ts';
import { lineAt, lineStarts } from '../rewrite/edits.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { type RewrittenFile, rewrittenFiles } from './rewritten-files.ts';

/** A place in the original text; both numbers count from 1. */
interface Place {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

let isInstalled = false;

/**
 * Node begins the report of an uncaught error with the source line that threw it. On lines that hold edits it leaves
 * that out (see `HIDE_LINE`), and it is written here instead, as it reads in the original.
 */
export function printOriginalHeaders(): void {
  if (isInstalled || !isMainThread) return;
  isInstalled = true;
  process.on('uncaughtExceptionMonitor', (error: unknown, origin) => {
    const isHandled = process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
    if (!isHandled) printHeader(error, origin);
  });
}

function printHeader(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  try {
    const place = isHidden(error, origin) ? (thrownPlace(error, origin) ?? throwPlace(error, origin)) : undefined;
    const header = place === undefined ? undefined : headerOf(place);
    if (header !== undefined) writeSync(2, error instanceof Error ? header : `\n${header}`);
  } catch {
    // Node's own report follows in any case.
  }
}

/** Whether the line that Node would show is an edited one. */
function isHidden(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): boolean {
  if (origin === 'uncaughtException' && runtime.hasRethrown(error)) return true;
  const place = stackPlace(error);
  const file = place === undefined ? undefined : rewrittenFiles.find(place.name);
  return place !== undefined && file !== undefined && rewrittenFiles.columnsOf(file).isEdited(place.line - 1);
}

// A rejection has no throw of its own: Node shows where the error was made.
function thrownPlace(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): Place | undefined {
  const thrown = runtime.thrownAt;
  if (thrown === undefined || thrown.error !== error || origin !== 'uncaughtException') return undefined;
  const found = rewrittenFiles.findByFunction(thrown.functionNumber);
  if (found === undefined) return undefined;
  const [name, file] = found;
  const starts = lineStarts(file.source);
  const line = lineAt(starts, thrown.position);
  return { name: scriptName(name, file), line: line + 1, column: thrown.position - (starts[line] ?? 0) + 1 };
}

function scriptName(name: string, { path, kind }: RewrittenFile): string {
  return kind === 'commonjs' && name.startsWith('file:') ? path : name;
}

const FRAME = /^\s+at (?:.* \()?(.+?):(\d+):(\d+)\)?$/m;

function stackPlace(error: unknown): Place | undefined {
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  const [, name, line, column] = typeof stack === 'string' ? (FRAME.exec(stack) ?? []) : [];
  if (name === undefined) return undefined;
  return { name, line: Number(line), column: Number(column) };
}

// For a rejection Node shows where the error was made.
function throwPlace(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): Place | undefined {
  const place = stackPlace(error);
  const file = place === undefined ? undefined : rewrittenFiles.find(place.name);
  return place === undefined || file === undefined || origin !== 'uncaughtException' ? place : beforeNew(place, file);
}

/** V8 points at `throw` where the stack of a new error points at `new`. */
function beforeNew(place: Place, file: RewrittenFile): Place {
  const starts = lineStarts(file.source);
  const position = (starts[place.line - 1] ?? 0) + place.column - 1;
  const statement = throwOf(parse(file.path, file.source, file.kind).program, position);
  if (statement === undefined) return place;
  const line = lineAt(starts, statement.start);
  return { ...place, line: line + 1, column: statement.start - (starts[line] ?? 0) + 1 };
}

function throwOf(node: Node, position: number): Node | undefined {
  if (node.type === 'ThrowStatement' && child(node, 'argument')?.start === position) return node;
  for (const below of nodesBelow(node)) {
    if (below.start > position || below.end < position) continue;
    const found = throwOf(below, position);
    if (found !== undefined) return found;
  }
  return undefined;
}

function headerOf({ name, line, column }: Place): string | undefined {
  const text = sourceOf(name)?.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1];
  if (text === undefined) return undefined;
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return `${name}:${line}\n${text}\n${indent}^\n\n`;
}

function sourceOf(name: string): string | undefined {
  const known = rewrittenFiles.find(name);
  if (known !== undefined) return known.source;
  if (name.startsWith('node:')) return internalSource(name.slice('node:'.length));
  return readFileSync(name.startsWith('file:') ? fileURLToPath(name) : name, 'utf8');
}

// Node shows its own source when a call of the application fails inside it.
function internalSource(name: string): string | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Record<string, string> };
  return binding?.call(process, 'natives')[name];
}
