/** Reads the logs of every FlowTrace agent: events, calls, summaries, and other tools' formats. */
export { type Call, callsOf } from './calls.ts';
export { callTree, drawTree, showMicros, type TreeNode } from './call-tree.ts';
export { compareRuns, type FunctionChange } from './compare.ts';
export { toChromeTrace, toOtlp, toSpeedscope } from './export-formats.ts';
export { eventOf, type LogEvent, type LogRow } from './log-row.ts';
export { type FlowLog, LogMissing, LogUnreadable, readLog } from './read-log.ts';
export { type FunctionSummary, repeatedCalls, type RepeatedCall, summarize } from './summary.ts';
