import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

const LOOKUP_MS = 5;

/** Prices, looked up once and remembered. */
@Injectable()
export class PriceCache {
  readonly #cents = new Map<string, number>();

  async priceOf(sku: string): Promise<number> {
    return this.#cents.get(sku) ?? this.lookUp(sku);
  }

  private async lookUp(sku: string): Promise<number> {
    await wait(LOOKUP_MS);
    const cents = sku.length * 100;
    this.#cents.set(sku, cents);
    return cents;
  }
}
