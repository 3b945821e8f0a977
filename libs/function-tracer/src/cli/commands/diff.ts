import { callsOf } from '../../reader/calls.ts';
import { showMicros } from '../../reader/call-tree.ts';
import { compareRuns, type FunctionChange } from '../../reader/compare.ts';
import { readLog } from '../../reader/read-log.ts';
import { type FunctionSummary, summarize } from '../../reader/summary.ts';
import { type Command, required } from '../command.ts';

export const diff: Command = async input => {
  const { options, output } = input;
  const before = await summariesOf(required(input, 0, 'first log'));
  const after = await summariesOf(required(input, 1, 'second log'));
  const changes = compareRuns(before, after);
  if (options.json) output.print(JSON.stringify(changes, null, 2));
  else output.print(`🔀 ${changes.length} functions`, ...changes.slice(0, options.top).map(describeChange));
  return 0;
};

async function summariesOf(path: string): Promise<FunctionSummary[]> {
  const { rows } = await readLog(path);
  return summarize(callsOf(rows), rows);
}

function describeChange({
  name,
  before,
  after,
  totalDelta,
  callsDelta,
  averageDelta,
  errorsDelta,
}: FunctionChange): string {
  const state = before === undefined ? ' (new)' : after === undefined ? ' (gone)' : '';
  const sign = (value: number, text: string) => (value > 0 ? `+${text}` : text);
  const errors = errorsDelta === 0 ? '' : `, errors ${sign(errorsDelta, String(errorsDelta))}`;
  return `  ${sign(totalDelta, showMicros(totalDelta)).padStart(11)}  ${name}${state}  calls ${sign(callsDelta, String(callsDelta))}, avg ${sign(averageDelta, showMicros(averageDelta))}${errors}`;
}
