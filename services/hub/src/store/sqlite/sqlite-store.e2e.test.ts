import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestStore } from '../../../test/open-test-store.ts';
import { storeContract } from '../../../test/store-contract.ts';

const MB = 1024 ** 2;

storeContract('the SQLite store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hub-'));
  const store = await openTestStore({ directory, memoryBytes: 64 * MB, diskBytes: 256 * MB });
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
