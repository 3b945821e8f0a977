import { Injectable } from '@nestjs/common';

/** More was asked for than there is. */
export class OutOfStock extends Error {
  readonly code = 'OutOfStock';

  constructor(sku: string, wanted: number, left: number) {
    super(`${wanted} of ${sku} wanted, ${left} left`);
  }
}

/** What is on the shelves, and what is set aside for purchases under way. */
@Injectable()
export class InventoryService {
  readonly #stock = new Map([
    ['book', 5],
    ['pen', 100],
  ]);

  left(sku: string): number {
    return this.#stock.get(sku) ?? 0;
  }

  reserve(sku: string, quantity: number): void {
    const left = this.left(sku);
    if (left < quantity) throw new OutOfStock(sku, quantity, left);
    this.#stock.set(sku, left - quantity);
  }

  release(sku: string, quantity: number): void {
    this.#stock.set(sku, this.left(sku) + quantity);
  }
}
