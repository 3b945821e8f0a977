import { storeContract } from '../../test/store-contract.ts';
import { MemoryStore } from './memory-store.ts';

storeContract('the memory store', () => {
  const store = new MemoryStore(256 * 1024 ** 2);
  return Promise.resolve({ store, dispose: () => store.close() });
});
