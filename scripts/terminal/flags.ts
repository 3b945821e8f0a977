import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { z } from 'zod';

/** One `--name VALUE`. */
export interface Flag<Value> {
  /** What stands for the value in the help. */
  readonly value: string;
  readonly help: string;
  readonly fallback?: string;
  readonly schema: z.ZodType<Value, string>;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** A flag without a fallback that was not given is undefined. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends {
    readonly fallback: string;
    readonly schema: z.ZodType<infer Value>;
  }
    ? Value
    : Table[Name] extends { readonly schema: z.ZodType<infer Value> }
      ? Value | undefined
      : never;
};

/** The command line makes no sense; every fault is named. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'UsageError';

  constructor(faults: readonly string[]) {
    super([...faults, 'Try --help.'].join('\n'));
  }
}

/** Undefined when `--help` was asked for. Throws UsageError. */
export function parseFlags<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
): FlagValues<Table> | undefined {
  const given = parsed(Object.fromEntries(Object.keys(table).map(name => [name, { type: 'string' as const }])), args);
  if (given['help'] === true) return undefined;
  const faults: string[] = [];
  const values = Object.entries(table).map(([name, { schema, fallback }]) => {
    const text = given[name] ?? fallback;
    if (typeof text !== 'string') return [name, undefined];
    const parsed = schema.safeParse(text);
    if (!parsed.success)
      faults.push(`--${name} ${text}: ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
    return [name, parsed.data];
  });
  if (faults.length > 0) throw new UsageError(faults);
  return Object.fromEntries(values) as FlagValues<Table>;
}

function parsed(
  options: NonNullable<ParseArgsConfig['options']>,
  args: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> {
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new UsageError([(error as Error).message]);
  }
}

/** Flags without a value, by name. Undefined when `--help` was asked for. Throws UsageError. */
export function parseSwitches<Name extends string>(
  names: readonly Name[],
  args: readonly string[],
): Readonly<Record<Name, boolean>> | undefined {
  const options = Object.fromEntries(names.map(name => [name, { type: 'boolean' as const }]));
  const given = parsed(options, args);
  if (given['help'] === true) return undefined;
  return Object.fromEntries(names.map(name => [name, given[name] === true])) as Record<Name, boolean>;
}

/** What `--help` prints. */
export function usageOf(introduction: string, table: FlagTable): string {
  const rows = Object.entries(table).map(([name, { value, help, fallback }]) => {
    const ending = fallback === undefined ? '' : ` (${fallback})`;
    return `  ${`--${name} ${value}`.padEnd(24)}${help}${ending}`;
  });
  return [introduction, '', ...rows, ''].join('\n');
}
