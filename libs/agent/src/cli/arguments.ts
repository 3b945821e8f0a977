/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'run'; readonly flags: AgentFlags; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'doctor'; readonly folder: string }
  | { readonly kind: 'status'; readonly pid: number }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

/** The flags before the command; each has an environment variable too. */
export interface AgentFlags {
  serviceName?: string;
  endpoint?: string;
  exporter?: string;
  sampleRate?: string;
  detail?: string;
  control?: string;
  functions?: string;
  readonly ignorePaths: string[];
  readonly disabled: string[];
  isDebugging: boolean;
  isDryRun: boolean;
  hasSummary: boolean;
}

type TextFlag = 'serviceName' | 'endpoint' | 'exporter' | 'sampleRate' | 'detail' | 'control';
type ListFlag = 'ignorePaths' | 'disabled';
type SwitchFlag = 'isDebugging' | 'isDryRun' | 'hasSummary';

const texts: Readonly<Record<string, TextFlag>> = {
  '--service-name': 'serviceName',
  '--endpoint': 'endpoint',
  '--jaeger-endpoint': 'endpoint',
  '--exporter': 'exporter',
  '--sample-rate': 'sampleRate',
  '--detail': 'detail',
  '--control': 'control',
};
const lists: Readonly<Record<string, ListFlag>> = { '--ignore-path': 'ignorePaths', '--disable': 'disabled' };
const switches: Readonly<Record<string, SwitchFlag>> = {
  '--debug': 'isDebugging',
  '--dry-run': 'isDryRun',
  '--summary': 'hasSummary',
};

/** Reads what comes before the command; from its first word on everything belongs to it, its own flags and `--` included. */
export function parseArguments(args: readonly string[]): CommandLine {
  return new Arguments(args).parse();
}

class Arguments {
  readonly #rest: string[];
  readonly #flags: AgentFlags = {
    ignorePaths: [],
    disabled: [],
    isDebugging: false,
    isDryRun: false,
    hasSummary: false,
  };

  constructor(args: readonly string[]) {
    this.#rest = [...args];
  }

  parse(): CommandLine {
    while (this.#rest[0]?.startsWith('-') === true) {
      const word = this.#rest.shift() ?? '';
      if (word === '--') break;
      if (word === '--version') return { kind: 'version' };
      if (word === '--help' || word === '-h') return { kind: 'help' };
      const fault = this.#flag(word);
      if (fault !== undefined) return { kind: 'wrong', message: fault };
    }
    return this.#command();
  }

  #command(): CommandLine {
    const [first, ...more] = this.#rest;
    if (first === undefined) return { kind: 'wrong', message: 'No command specified to run' };
    if (first === 'doctor') return { kind: 'doctor', folder: more[0] ?? '.' };
    if (first !== 'status') return { kind: 'run', flags: this.#flags, command: [first, ...more] };
    const pid = Number(more[0]);
    if (!Number.isInteger(pid) || pid < 1)
      return { kind: 'wrong', message: 'status takes the process id of a program' };
    return { kind: 'status', pid };
  }

  #flag(word: string): string | undefined {
    const [, name = word, inline] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    // Its value is optional, so only `--functions=prefix` gives one: the next word may be the command.
    if (name === '--functions') {
      this.#flags.functions = inline ?? '';
      return undefined;
    }
    const toggle = switches[name];
    if (toggle !== undefined) {
      this.#flags[toggle] = true;
      return inline === undefined ? undefined : `${name} takes no value`;
    }
    if (texts[name] === undefined && lists[name] === undefined) return `unknown flag ${name}`;
    const value = inline ?? this.#rest.shift();
    if (value === undefined || value === '') return `${name} takes a value`;
    if (texts[name] !== undefined) this.#flags[texts[name]] = value;
    else this.#flags[lists[name] ?? 'disabled'].push(...value.split(','));
    return undefined;
  }
}
