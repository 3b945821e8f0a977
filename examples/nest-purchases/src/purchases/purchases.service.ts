import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InventoryService } from '../inventory/inventory.service.ts';
import { PriceCache } from './price-cache.ts';

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface Purchase {
  readonly id: number;
  readonly lines: readonly Line[];
  readonly totalCents: number;
}

/** The card was declined. */
export class Declined extends Error {
  readonly code = 'Declined';

  constructor(totalCents: number) {
    super(`${totalCents} cents were declined`);
  }
}

const LIMIT_CENTS = 2_000;
const CHARGE_MS = 4;

/** Reserves, prices and charges; what was reserved goes back when a later step fails. */
@Injectable()
export class PurchasesService {
  #lastId = 0;

  constructor(
    private readonly inventory: InventoryService,
    private readonly prices: PriceCache,
  ) {}

  async purchase(lines: readonly Line[]): Promise<Purchase> {
    const reserved = this.reserve(lines);
    try {
      const totalCents = await this.total(lines);
      await this.charge(totalCents);
      return { id: ++this.#lastId, lines, totalCents };
    } catch (error) {
      this.release(reserved);
      throw error;
    }
  }

  private reserve(lines: readonly Line[]): Line[] {
    const reserved: Line[] = [];
    try {
      for (const line of lines) {
        this.inventory.reserve(line.sku, line.quantity);
        reserved.push(line);
      }
      return reserved;
    } catch (error) {
      this.release(reserved);
      throw error;
    }
  }

  private release(lines: readonly Line[]): void {
    for (const { sku, quantity } of lines) this.inventory.release(sku, quantity);
  }

  private async total(lines: readonly Line[]): Promise<number> {
    const prices = await Promise.all(lines.map(({ sku }) => this.prices.priceOf(sku)));
    return lines.reduce((sum, { quantity }, index) => sum + quantity * (prices[index] ?? 0), 0);
  }

  private async charge(totalCents: number): Promise<void> {
    await wait(CHARGE_MS);
    if (totalCents > LIMIT_CENTS) throw new Declined(totalCents);
  }
}
