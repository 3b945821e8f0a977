import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { runtime } from '../runtime/global-runtime.ts';
import { addNumbered } from './function-numbers.ts';
import type { LoaderReport, LoaderSettings } from './loader-thread.ts';
import type { ModuleRewriter } from './module-rewriter.ts';
import { rewrittenFiles } from './rewritten-files.ts';

let rewriter: ModuleRewriter | undefined;
let loader: MessagePort | undefined;

/**
 * For Nodes without synchronous hooks. CommonJS files are rewritten on their way to the compiler; those of ES modules
 * in the thread where such Nodes load them. What that thread learns of functions waits in a port, to be read as
 * soon as somebody asks for a function or file that is not known here.
 */
export function rewriteLoadedFilesByOlderHooks(replacement: ModuleRewriter, settings: LoaderSettings): void {
  rewriter = replacement;
  if (loader === undefined) {
    rewriteBeforeCompilation();
    loader = startLoader(settings);
  } else loader.postMessage(settings);
}

type Compile = (content: string, filename: string, format?: unknown) => unknown;

function rewriteBeforeCompilation(): void {
  // Node's own types leave out the method, which every hook of CommonJS has patched for ten years.
  const prototype = module.prototype as unknown as { _compile: Compile };
  const original = prototype._compile;
  prototype._compile = function _compile(content, filename, format) {
    const kind = format === 'module' ? 'module' : 'commonjs';
    const replaced = rewriter?.rewrite(pathToFileURL(filename).href, content, kind);
    return Reflect.apply(original, this, [replaced ?? content, filename, format]);
  };
}

function startLoader(settings: LoaderSettings): MessagePort {
  const { port1: here, port2: there } = new MessageChannel();
  const file = new URL(`./loader-thread${import.meta.url.slice(-3)}`, import.meta.url);
  // It says itself that it is deprecated, to Nodes that have better.
  module.register(file.href, { data: { settings, port: there }, transferList: [there] });
  here.unref();
  const receive = () => {
    receiveReports(here);
  };
  runtime.functions.receive = receive;
  rewrittenFiles.receive = receive;
  return here;
}

function receiveReports(port: MessagePort): void {
  for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
    const report = received.message as LoaderReport;
    if ('reason' in report) rewrittenFiles.leftAlone(report.path, report.reason);
    else addNumbered(report.file, report.plan, report.firstFunction);
  }
}
