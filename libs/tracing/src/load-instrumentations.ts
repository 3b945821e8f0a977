import type { Instrumentation } from '@opentelemetry/instrumentation';
import { rawRedisText } from './clients/redis-text.ts';
import { hookModules } from './module-hook.ts';

// What this library does natively: the stock instrumentation beside it would give every call a second span.
const native: ReadonlySet<string> = new Set([
  'fastify',
  'http',
  'ioredis',
  'nestjs-core',
  'pg',
  'pino',
  'runtime-node',
  'undici',
]);

/**
 * Instrumentations of the stock bundle by their short names, such as `mongodb` or `kafkajs`, or `all`; for `startTracing`'s
 * `instrumentations`. Installs the module hook they need, so it must come before the application's imports. Names that
 * this library covers itself are left out.
 */
export async function loadInstrumentations(names: readonly string[]): Promise<Instrumentation[]> {
  const wanted = new Set(names.filter(name => !native.has(name)));
  if (wanted.size === 0) return [];
  hookModules();
  // Loaded on demand: the bundle takes 20 MB that a service with the usual libraries does not need.
  const { getNodeAutoInstrumentations } = await import('@opentelemetry/auto-instrumentations-node');
  const switchedOff = Object.fromEntries([...native].map(name => [`@opentelemetry/instrumentation-${name}`, off]));
  delete switchedOff['@opentelemetry/instrumentation-fastify'];
  const offered = getNodeAutoInstrumentations({
    ...switchedOff,
    // Else both show values; the literals of a statement are StockSql's part.
    '@opentelemetry/instrumentation-mysql2': { maskStatement: true, maskStatementHook: statement => statement },
    '@opentelemetry/instrumentation-redis': { dbStatementSerializer: rawRedisText },
  });
  return wanted.has('all')
    ? offered
    : offered.filter(({ instrumentationName }) => wanted.has(shortName(instrumentationName)));
}

const off = { enabled: false };

function shortName(instrumentationName: string): string {
  return instrumentationName.replace('@opentelemetry/instrumentation-', '');
}
