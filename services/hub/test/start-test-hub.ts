import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Config } from '../src/config.ts';
import { Hub } from '../src/hub.ts';
import { FAILING } from './open-test-store.ts';

const MB = 1024 ** 2;

export interface TestHub {
  readonly hub: Hub;
  readonly directory: string;
  readonly post: (path: string, body: string | Uint8Array, headers?: Record<string, string>) => Promise<Response>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export const JSON_HEADERS = { 'content-type': 'application/json' };
export const PROTOBUF_HEADERS = { 'content-type': 'application/x-protobuf' };

/** The very hub that the command starts, on free ports and an empty directory; spans are on disk when it answers. */
export async function startTestHub(overrides: Partial<Config> = {}): Promise<TestHub> {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const settings: Config = {
    store: 'sqlite',
    dataDirectory: directory,
    memoryBytes: 64 * MB,
    diskBytes: 256 * MB,
    host: '127.0.0.1',
    queryPort: 0,
    otlpPort: 0,
    acknowledge: 'disk',
    corsOrigins: [],
    allowedHosts: [],
    uiDirectory: 'no-such-folder',
    maxBodyBytes: 16 * MB,
    maxDecompressedBytes: 64 * MB,
    ...overrides,
  };
  const hub = await Hub.start(settings, FAILING);
  return {
    hub,
    directory,
    post: (path, body, headers = JSON_HEADERS) =>
      fetch(hub.otlpUrl + path, { method: 'POST', body: Buffer.from(body as string), headers }),
    get: (path, headers = {}) => fetch(hub.queryUrl + path, { headers }),
    close: async () => {
      await hub.close();
      await rm(directory, { recursive: true });
    },
  };
}
