import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { serveLogs } from '../../mcp/serve-logs.ts';

export const mcp: Command = async ({ options }) => {
  await serveLogs(resolve(options.root ?? '.'));
  return 0;
};
