import { readFileSync } from 'node:fs';
import type { Command } from '../command.ts';

export interface OwnPackage {
  readonly version: string;
  readonly description: string;
}

/** This package's manifest, from source and from dist alike. */
export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as OwnPackage;
}

export const version: Command = ({ output, options }) => {
  const own = ownPackage();
  if (options.json) output.print(JSON.stringify({ name: 'flowctl', version: own.version }));
  else {
    output.print(
      `flowctl ${own.version}`,
      own.description,
      '',
      'Features:',
      '  • Analysis of JavaScript and TypeScript sources',
      '  • Tracing by hand, added and taken back',
      '  • Reports, comparison and export of logs',
      '  • An MCP server for AI assistants',
    );
  }
  return 0;
};
