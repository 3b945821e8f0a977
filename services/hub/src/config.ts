import { ConfigError, flag, parseEnv, port } from '@tracelab/service-kit/config';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

export interface Config {
  readonly store: 'sqlite' | 'memory';
  readonly dataDirectory: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly host: string;
  readonly queryPort: number;
  readonly otlpPort: number;
  readonly acknowledge: 'memory' | 'disk';
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  /** The screens' built files; where there are none, a page says so. */
  readonly uiDirectory: string;
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
}

const BYTES_OF_UNIT = { '': 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** `256MB`, `2GB`, `65536`: powers of 1024. */
const size = (leastBytes: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?\s*(?:B|KB|MB|GB)?$/i, 'expected a size such as 256MB')
    .transform(text => {
      const unit = (/[A-Z]+$/i.exec(text)?.[0] ?? '').toUpperCase() as keyof typeof BYTES_OF_UNIT;
      return Math.floor(Number.parseFloat(text) * BYTES_OF_UNIT[unit]);
    })
    .pipe(z.number().min(leastBytes));

const list = () =>
  z.string().transform(text =>
    text
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== ''),
  );

const MB = 1024 ** 2;

const Env = z.object({
  HUB_STORE: z.enum(['sqlite', 'memory']).default('sqlite'),
  HUB_DATA: z.string().default('.tracelab/hub'),
  HUB_MEMORY: size(32 * MB).default(256 * MB),
  HUB_DISK: size(64 * MB).default(2048 * MB),
  HOST: z.string().default('127.0.0.1'),
  HUB_PORT: port().default(16_686),
  HUB_OTLP_PORT: port().default(4318),
  HUB_ACK_ON_DISK: flag().default(false),
  HUB_CORS_ORIGINS: list().default([]),
  HUB_ALLOWED_HOSTS: list().default([]),
  HUB_UI: z.string().default(fileURLToPath(new URL('../../../libs/hub-ui/dist', import.meta.url))),
  HUB_MAX_BODY: size(1024).default(16 * MB),
  HUB_MAX_DECOMPRESSED: size(1024).default(64 * MB),
});

interface Flag {
  readonly variable: keyof typeof Env.shape;
  readonly value: string;
  readonly help: string;
}

const FLAGS: Readonly<Record<string, Flag>> = {
  data: { variable: 'HUB_DATA', value: 'DIR', help: 'where traces are kept (.tracelab/hub)' },
  memory: { variable: 'HUB_MEMORY', value: 'SIZE', help: 'bound on memory for spans, queue and caches (256MB)' },
  disk: { variable: 'HUB_DISK', value: 'SIZE', help: 'bound on disk; the oldest traces make room (2GB)' },
  port: { variable: 'HUB_PORT', value: 'PORT', help: 'query API and screens (16686)' },
  'otlp-port': { variable: 'HUB_OTLP_PORT', value: 'PORT', help: 'OTLP over HTTP (4318)' },
  host: { variable: 'HOST', value: 'ADDRESS', help: 'address to listen on (127.0.0.1)' },
  store: { variable: 'HUB_STORE', value: 'KIND', help: 'sqlite, or memory, which forgets at exit (sqlite)' },
  'ack-on-disk': {
    variable: 'HUB_ACK_ON_DISK',
    value: 'BOOL',
    help: 'answer senders only when spans are on disk (false)',
  },
  'cors-origins': {
    variable: 'HUB_CORS_ORIGINS',
    value: 'LIST',
    help: 'origins whose pages may send spans, or * (none)',
  },
  'allowed-hosts': {
    variable: 'HUB_ALLOWED_HOSTS',
    value: 'LIST',
    help: 'host names with a dot to answer under (none)',
  },
  ui: { variable: 'HUB_UI', value: 'DIR', help: 'built files of the screens (those of the hub-ui package, if built)' },
  'max-body': { variable: 'HUB_MAX_BODY', value: 'SIZE', help: 'largest request as sent (16MB)' },
  'max-decompressed': { variable: 'HUB_MAX_DECOMPRESSED', value: 'SIZE', help: 'largest request decompressed (64MB)' },
};

/** Reads the command line over the environment. Undefined when help was asked for; throws ConfigError with every fault. */
export function loadConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Config | undefined {
  const flags = parseFlags(args);
  if (flags === undefined) return undefined;
  const parsed = parseEnv(Env, { ...env, ...flags });
  return {
    store: parsed.HUB_STORE,
    dataDirectory: parsed.HUB_DATA,
    memoryBytes: parsed.HUB_MEMORY,
    diskBytes: parsed.HUB_DISK,
    host: parsed.HOST,
    queryPort: parsed.HUB_PORT,
    otlpPort: parsed.HUB_OTLP_PORT,
    acknowledge: parsed.HUB_ACK_ON_DISK ? 'disk' : 'memory',
    corsOrigins: parsed.HUB_CORS_ORIGINS,
    allowedHosts: parsed.HUB_ALLOWED_HOSTS,
    uiDirectory: parsed.HUB_UI,
    maxBodyBytes: parsed.HUB_MAX_BODY,
    maxDecompressedBytes: parsed.HUB_MAX_DECOMPRESSED,
  };
}

function parseFlags(args: readonly string[]): NodeJS.ProcessEnv | undefined {
  const options = Object.fromEntries(Object.keys(FLAGS).map(name => [name, { type: 'string' as const }]));
  try {
    const parsed = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } });
    const values: Readonly<Record<string, unknown>> = parsed.values;
    if (values['help'] === true) return undefined;
    const given = Object.entries(FLAGS).filter(([name]) => values[name] !== undefined);
    return Object.fromEntries(given.map(([name, { variable }]) => [variable, String(values[name])]));
  } catch (error) {
    throw new ConfigError([`command line: ${(error as Error).message}`]);
  }
}

/** What `--help` prints. */
export function usage(): string {
  const rows = Object.entries(FLAGS).map(([name, { variable, value, help }]) => {
    return `  ${`--${name} ${value}`.padEnd(28)}${variable.padEnd(22)}${help}`;
  });
  return [
    'Usage: hub [options]',
    '',
    'An embedded trace backend: takes OTLP over HTTP, keeps traces on disk, answers the Jaeger query API.',
    '',
    `  ${'option'.padEnd(28)}${'or variable'.padEnd(22)}meaning (default)`,
    ...rows,
    '',
    'SIZE is a number with B, KB, MB or GB, in powers of 1024; LIST is separated by commas.',
    '',
  ].join('\n');
}
