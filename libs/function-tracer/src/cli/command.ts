/** What a command was asked, and how it answers. */
export interface CommandInput {
  readonly positionals: readonly string[];
  readonly options: CommandOptions;
  readonly output: Output;
}

export interface CommandOptions {
  readonly verbose: boolean;
  readonly json: boolean;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly backup: boolean;
  readonly top: number;
  readonly to: string | undefined;
  readonly out: string | undefined;
  readonly endpoint: string;
  readonly ui: string;
  readonly root: string | undefined;
}

/** Where a command writes. */
export interface Output {
  print(...lines: readonly string[]): void;
  warn(...lines: readonly string[]): void;
}

/** Answers the exit code. */
export type Command = (input: CommandInput) => number | Promise<number>;

/** The command cannot do what it was asked; its message goes to the user as it is. */
export class CommandFailed extends Error {
  readonly code = 'CommandFailed';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailed';
  }
}

/** The positional that a command cannot do without. */
export function required({ positionals }: CommandInput, index: number, name: string): string {
  const value = positionals[index];
  if (value === undefined) throw new UsageWrong(`missing ${name}`);
  return value;
}

/** The arguments make no sense. */
export class UsageWrong extends Error {
  readonly code = 'UsageWrong';

  constructor(message: string) {
    super(message);
    this.name = 'UsageWrong';
  }
}
