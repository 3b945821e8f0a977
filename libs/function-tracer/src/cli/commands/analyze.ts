import { readFileSync } from 'node:fs';
import { planRewrite } from '../../rewrite/index.ts';
import { AlreadyRewritten, type SkippedFunction } from '../../rewrite/rewrite.ts';
import { SourceUnreadable } from '../../rewrite/parse.ts';
import { type Command, required } from '../command.ts';
import { type InspectedFunction, inspectSource } from '../inspect-source.ts';
import { sourceFiles } from '../source-files.ts';

export interface Analysis {
  readonly files: number;
  readonly totalFunctions: number;
  readonly instrumentable: number;
  readonly alreadyInstrumented: number;
  readonly linesOfCode: number;
  readonly asyncFunctions: number;
  readonly syncFunctions: number;
  readonly classMethods: number;
  readonly moduleFunctions: number;
  /** Functions that automatic tracing leaves alone, and why. */
  readonly leftAlone: readonly (SkippedFunction & { readonly file: string })[];
  readonly unreadable: readonly { readonly file: string; readonly error: string }[];
}

export const analyze: Command = input => {
  const { options, output } = input;
  const analysis = analyzeFiles(sourceFiles(required(input, 0, 'path')));
  if (options.json) output.print(JSON.stringify(analysis, null, 2));
  else output.print(...describeAnalysis(analysis, options.verbose));
  return 0;
};

/** Reads files and counts their functions; one that cannot be read is listed and does not stop the others. */
export function analyzeFiles(files: readonly string[]): Analysis {
  const functions: InspectedFunction[] = [];
  const leftAlone: (SkippedFunction & { file: string })[] = [];
  const unreadable: { file: string; error: string }[] = [];
  let linesOfCode = 0;
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    linesOfCode += source.split('\n').length;
    try {
      functions.push(...inspectSource(file, source).functions);
      leftAlone.push(...planRewrite(file, source, 'unknown').skipped.map(skipped => ({ ...skipped, file })));
    } catch (error) {
      if (!(error instanceof SourceUnreadable || error instanceof AlreadyRewritten)) throw error;
      unreadable.push({ file, error: error.message });
    }
  }
  return { files: files.length, linesOfCode, leftAlone, unreadable, ...counts(functions) };
}

function counts(functions: readonly InspectedFunction[]) {
  const count = (matches: (fn: InspectedFunction) => boolean) => functions.filter(matches).length;
  return {
    totalFunctions: functions.length,
    instrumentable: count(({ way }) => way !== undefined),
    alreadyInstrumented: count(({ isTraced }) => isTraced),
    asyncFunctions: count(({ isAsync }) => isAsync),
    syncFunctions: count(({ isAsync }) => !isAsync),
    classMethods: count(({ isMethod }) => isMethod),
    moduleFunctions: count(({ isMethod }) => !isMethod),
  };
}

function describeAnalysis(analysis: Analysis, isVerbose: boolean): string[] {
  const { leftAlone, unreadable } = analysis;
  return [
    '🔍 Analyzing Node project...',
    '',
    '📊 Analysis Results:',
    `  ${analysis.files} files analyzed`,
    `  ${analysis.totalFunctions} total functions found`,
    `  ${analysis.instrumentable} instrumentable functions`,
    `  ${analysis.alreadyInstrumented} already instrumented`,
    `  ${analysis.linesOfCode} lines of code`,
    ...(leftAlone.length > 0 ? [`  ${leftAlone.length} left alone by automatic tracing`] : []),
    ...unreadable.map(({ file, error }) => `  ⚠️ ${file}: ${error}`),
    ...(isVerbose ? details(analysis) : []),
    ...(analysis.instrumentable > 0 ? ['', "💡 Tip: Run 'flowctl instrument <file>' to add tracing"] : []),
  ];
}

function details(analysis: Analysis): string[] {
  return [
    '',
    '📝 Detailed Statistics:',
    `  Async functions: ${analysis.asyncFunctions}`,
    `  Sync functions: ${analysis.syncFunctions}`,
    `  Class methods: ${analysis.classMethods}`,
    `  Module functions: ${analysis.moduleFunctions}`,
    ...analysis.leftAlone.map(({ file, line, name, reason }) => `  Left alone: ${file}:${line} ${name} (${reason})`),
  ];
}
