import { Injectable, NotFoundException } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Delays } from '../delays.ts';
import type { Page } from '../users/user.ts';
import type { Item, ItemChanges, ItemFields } from './item.ts';

interface ItemRow extends Omit<Item, 'is_completed'> {
  readonly is_completed: number;
}

const columns = 'title, description, priority, id, is_completed, created_at, owner_id';

@Injectable()
export class ItemsService {
  constructor(
    private readonly database: Database,
    private readonly delays: Delays,
  ) {}

  async create(ownerId: number, { title, description, priority }: ItemFields): Promise<Item> {
    await this.delays.between(100, 300);
    const { lastInsertRowid } = this.database.connection
      .prepare('INSERT INTO items (title, description, priority, created_at, owner_id) VALUES (?, ?, ?, ?, ?)')
      .run(title, description, priority, new Date().toISOString(), ownerId);
    return this.#known(Number(lastInsertRowid));
  }

  async list({ skip, limit }: Page): Promise<Item[]> {
    await this.delays.between(50, 200);
    return this.#rows(`SELECT ${columns} FROM items ORDER BY id LIMIT ? OFFSET ?`, limit, skip);
  }

  ownedBy(ownerId: number): Item[] {
    return this.#rows(`SELECT ${columns} FROM items WHERE owner_id = ? ORDER BY id`, ownerId);
  }

  async get(id: number): Promise<Item> {
    await this.delays.between(50, 150);
    return this.#known(id);
  }

  async update(id: number, changes: ItemChanges): Promise<Item> {
    await this.delays.between(100, 300);
    const { title, description, priority, is_completed } = { ...this.#known(id), ...changes };
    this.database.connection
      .prepare('UPDATE items SET title = ?, description = ?, priority = ?, is_completed = ? WHERE id = ?')
      .run(title, description, priority, Number(is_completed), id);
    return this.#known(id);
  }

  async delete(id: number): Promise<void> {
    await this.delays.between(50, 200);
    const { changes } = this.database.connection.prepare('DELETE FROM items WHERE id = ?').run(id);
    if (changes === 0) throw missing(id);
  }

  count(): number {
    const row = this.database.connection.prepare('SELECT count(*) AS count FROM items').get();
    return Number(row?.['count']);
  }

  #known(id: number): Item {
    const [item] = this.#rows(`SELECT ${columns} FROM items WHERE id = ?`, id);
    if (item === undefined) throw missing(id);
    return item;
  }

  #rows(sql: string, ...parameters: readonly number[]): Item[] {
    // node:sqlite knows no statement's columns; the query and the row's type stand in this file.
    const rows = this.database.connection.prepare(sql).all(...parameters) as unknown as ItemRow[];
    return rows.map(row => ({ ...row, is_completed: row.is_completed === 1 }));
  }
}

function missing(id: number): NotFoundException {
  return new NotFoundException({ detail: `Item with ID ${id} not found` });
}
