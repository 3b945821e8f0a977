import { type FastifyInstance } from 'fastify';
import { type AddressInfo } from 'node:net';

import { type Config } from './config.ts';
import { createQueryServer } from './query/query-server.ts';
import { IngestCounters } from './receiver/ingest-counters.ts';
import { createReceiver } from './receiver/receiver.ts';
import { openStore } from './store/open-store.ts';
import type { StoreWatch } from './store/sqlite/sqlite-store.ts';
import { type TraceStore } from './store/trace-store.ts';

/** A running hub. */
export class Hub {
  readonly store: TraceStore;
  readonly #servers: readonly FastifyInstance[];
  readonly #addresses: readonly string[];

  private constructor(store: TraceStore, servers: readonly FastifyInstance[], addresses: readonly string[]) {
    this.store = store;
    this.#servers = servers;
    this.#addresses = addresses;
  }

  /** Opens the store, then listens; what was opened is closed again when a port is taken. */
  static async start(config: Config, watch: StoreWatch): Promise<Hub> {
    const store = await openStore(config, watch);
    const counters = new IngestCounters();
    const { maxBodyBytes, maxDecompressedBytes, memoryBytes } = config;
    const limits = { maxBodyBytes, maxDecompressedBytes, maxInFlightBytes: Math.max(memoryBytes / 4, maxBodyBytes) };
    const { acknowledge, corsOrigins, allowedHosts, host } = config;
    const receiver = createReceiver({ store, counters, limits, acknowledge, corsOrigins });
    const servers = [receiver];
    try {
      await receiver.listen({ host, port: config.otlpPort });
      const query = createQueryServer({
        store,
        storeKind: config.store,
        counters,
        memoryLimitBytes: memoryBytes,
        diskLimitBytes: config.diskBytes,
        allowedHosts,
        maxBodyBytes: maxDecompressedBytes,
        uiDirectory: config.uiDirectory,
        otlpPort: portOf(receiver),
      });
      servers.push(query);
      await query.listen({ host, port: config.queryPort });
    } catch (error) {
      await Promise.all(servers.map(server => server.close()));
      await store.close();
      throw error;
    }
    const addresses = servers.map(server => urlOf(server, host));
    return new Hub(store, servers, addresses);
  }

  get otlpUrl(): string {
    return this.#addresses[0] ?? '';
  }

  get queryUrl(): string {
    return this.#addresses[1] ?? '';
  }

  /** Takes no more requests, lets those under way finish, and writes out what was accepted. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.close()));
    await this.store.close();
  }
}

function urlOf(server: FastifyInstance, host: string): string {
  const name = host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${portOf(server)}`;
}

const portOf = (server: FastifyInstance): number => (server.server.address() as AddressInfo).port;
