import type { OnApplicationShutdown, Provider } from '@nestjs/common';

interface Closable {
  close(): Promise<void>;
}

class Closing implements OnApplicationShutdown {
  readonly #opened: readonly Closable[];

  constructor(opened: readonly Closable[]) {
    this.#opened = opened;
  }

  async onApplicationShutdown(): Promise<void> {
    for (const each of this.#opened) await each.close();
  }
}

/** A provider that closes what the module opened, in this order, once the last request is answered. */
export const closing = (...opened: readonly Closable[]): Provider => ({
  provide: Closing,
  useValue: new Closing(opened),
});
