import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Call, callsOf } from '../../reader/calls.ts';
import { toChromeTrace, toOtlp, toSpeedscope } from '../../reader/export-formats.ts';
import { readLog } from '../../reader/read-log.ts';
import { type Command, required, UsageWrong } from '../command.ts';

const FORMATS: Readonly<Record<string, (calls: readonly Call[], name: string) => unknown>> = {
  chrome: toChromeTrace,
  perfetto: toChromeTrace,
  speedscope: toSpeedscope,
  otlp: toOtlp,
};

export const exportLog: Command = async input => {
  const { options, output } = input;
  const path = required(input, 0, 'log');
  const format = FORMATS[options.to ?? ''];
  if (format === undefined) throw new UsageWrong(`--to must be one of ${Object.keys(FORMATS).join(', ')}`);
  const { rows } = await readLog(path);
  const text = JSON.stringify(format(callsOf(rows), basename(path)));
  if (options.out === undefined) output.print(text);
  else writeFileSync(options.out, `${text}\n`);
  return 0;
};
