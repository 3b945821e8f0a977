import { rewrittenFiles } from './rewritten-files.ts';

const OWN_FILES = new URL('..', import.meta.url).href;
type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

let isInstalled = false;

/** From now on stacks show the positions of the original text, and none of our own frames. */
export function showOriginalPositions(): void {
  // With source maps on, Node prepares stacks by them and takes any replacement of ours for the application's.
  if (isInstalled || process.sourceMapsEnabled) return;
  isInstalled = true;
  const { prepareStackTrace: original } = Error as { prepareStackTrace?: Prepare };
  if (original === undefined) return;
  const prepare: Prepare = (error, sites) => original(error, originalSites(sites));
  Object.defineProperty(prepare, 'name', { value: original.name, configurable: true });
  // Frozen intrinsics refuse it.
  Reflect.set(Error, 'prepareStackTrace', prepare);
}

function originalSites(sites: NodeJS.CallSite[]): NodeJS.CallSite[] {
  return sites.filter(site => !isOurs(site)).map(originalSite);
}

function isOurs(site: NodeJS.CallSite): boolean {
  return site.getFileName()?.startsWith(OWN_FILES) === true;
}

// Node joins the sites as text, so a text that looks right will do; everything else is the site's own.
function originalSite(site: NodeJS.CallSite): NodeJS.CallSite {
  const file = rewrittenFiles.find(site.getFileName() ?? '');
  if (file === undefined) return site.isEval() ? withText(site, originalText(textOf(site))) : site;
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (line === null || column === null) return site;
  const original = rewrittenFiles.originalPosition(file, line, column);
  return withText(site, textOf(site).replace(new RegExp(`:${line}:${column}(\\)?)$`), `:${original}$1`));
}

const POSITION = /([^\s()]+):(\d+):(\d+)/g;

/** Evaluated code names the place of its evaluation, too. */
function originalText(text: string): string {
  return text.replaceAll(POSITION, (all, ...[name, line, column]: string[]) => {
    const file = rewrittenFiles.find(name ?? '');
    return file === undefined
      ? all
      : `${name ?? ''}:${rewrittenFiles.originalPosition(file, Number(line), Number(column))}`;
  });
}

function textOf(site: NodeJS.CallSite): string {
  return (site as { toString(): string }).toString();
}

function withText(site: NodeJS.CallSite, text: string): NodeJS.CallSite {
  return Object.create(site, { toString: { value: () => text } }) as NodeJS.CallSite;
}
