import { setTimeout as wait } from 'node:timers/promises';

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
}

const QUERY_MS = 3;

/** A table in memory whose queries take as long as real ones. */
export class ProductTable {
  readonly #rows = new Map<number, Product>();
  #lastId = 0;

  async insert(fields: Omit<Product, 'id'>): Promise<Product> {
    await this.query('INSERT INTO products');
    const product = { id: ++this.#lastId, ...fields };
    this.#rows.set(product.id, product);
    return product;
  }

  async select(id: number): Promise<Product | undefined> {
    await this.query('SELECT * FROM products WHERE id = $1');
    return this.#rows.get(id);
  }

  async selectIds(): Promise<number[]> {
    await this.query('SELECT id FROM products');
    return [...this.#rows.keys()];
  }

  async update(id: number, fields: Partial<Omit<Product, 'id'>>): Promise<Product | undefined> {
    const before = await this.select(id);
    if (before === undefined) return undefined;
    await this.query('UPDATE products SET …');
    const product = { ...before, ...fields };
    this.#rows.set(id, product);
    return product;
  }

  async delete(id: number): Promise<boolean> {
    await this.query('DELETE FROM products WHERE id = $1');
    return this.#rows.delete(id);
  }

  private async query(sql: string): Promise<void> {
    await wait(QUERY_MS, sql);
  }
}
