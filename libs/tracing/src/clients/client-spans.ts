import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { ClientLibrary } from '../config.ts';
import { HttpClientSpans } from './http-client-spans.ts';
import { RedisSpans } from './redis-spans.ts';
import { PgInstrumentation } from './pg-instrumentation.ts';
import { UndiciSpans } from './undici-spans.ts';

/** Spans from a library's own diagnostics channels: nothing is patched. */
export interface ChannelSpans {
  start(): void;
  stop(): void;
}

const byChannel: Readonly<Record<Exclude<ClientLibrary, 'pg'>, new () => ChannelSpans>> = {
  http: HttpClientSpans,
  undici: UndiciSpans,
  ioredis: RedisSpans,
};

export interface ClientSpans {
  readonly instrumentations: readonly Instrumentation[];
  readonly channels: { start(): { stop(): void } };
}

/** The client spans of these libraries: by native channels where the library has them, by a module hook where not. */
export function clientSpans(libraries: readonly ClientLibrary[]): ClientSpans {
  const channels = libraries.flatMap(library => (library === 'pg' ? [] : new byChannel[library]()));
  return {
    instrumentations: libraries.includes('pg') ? [new PgInstrumentation()] : [],
    channels: {
      start: () => {
        for (const spans of channels) spans.start();
        return {
          stop: () => {
            for (const spans of channels) spans.stop();
          },
        };
      },
    },
  };
}
