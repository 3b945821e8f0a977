import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Delays } from '../delays.ts';
import { ItemsService } from '../items/items.service.ts';
import { hashPassword } from './password.ts';
import type { Page, User, UserChanges, UserFields } from './user.ts';

interface UserRow extends Omit<User, 'is_active' | 'items'> {
  readonly is_active: number;
}

const columns = 'id, username, email, is_active, created_at';

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly delays: Delays,
    private readonly items: ItemsService,
  ) {}

  async create({ username, email, password }: UserFields): Promise<User> {
    await this.delays.between(100, 300);
    this.#refuseTaken({ username, email });
    const hashed = await hashPassword(password);
    // Somebody else may have taken the name while the password was hashed.
    this.#refuseTaken({ username, email });
    const { lastInsertRowid } = this.database.connection
      .prepare('INSERT INTO users (username, email, hashed_password, created_at) VALUES (?, ?, ?, ?)')
      .run(username, email, hashed, new Date().toISOString());
    return this.#known(Number(lastInsertRowid));
  }

  async list({ skip, limit }: Page): Promise<User[]> {
    await this.delays.between(50, 200);
    // node:sqlite knows no statement's columns; `columns` names those of the row's type.
    const rows = this.database.connection
      .prepare(`SELECT ${columns} FROM users ORDER BY id LIMIT ? OFFSET ?`)
      .all(limit, skip) as unknown as UserRow[];
    return rows.map(row => this.#withItems(row));
  }

  async get(id: number): Promise<User> {
    await this.delays.between(50, 150);
    return this.#known(id);
  }

  async update(id: number, { password, is_active, ...changes }: UserChanges): Promise<User> {
    await this.delays.between(100, 300);
    const user = this.#known(id);
    this.#refuseTaken(changes, id);
    const { username, email } = { ...user, ...changes };
    this.database.connection
      .prepare('UPDATE users SET username = ?, email = ?, is_active = ? WHERE id = ?')
      .run(username, email, Number(is_active ?? user.is_active), id);
    if (password !== undefined) await this.#setPassword(id, password);
    return this.#known(id);
  }

  async delete(id: number): Promise<void> {
    await this.delays.between(100, 200);
    const { changes } = this.database.connection.prepare('DELETE FROM users WHERE id = ?').run(id);
    if (changes === 0) throw missing(id);
  }

  count(): number {
    const row = this.database.connection.prepare('SELECT count(*) AS count FROM users').get();
    return Number(row?.['count']);
  }

  async #setPassword(id: number, password: string): Promise<void> {
    const hashed = await hashPassword(password);
    this.database.connection.prepare('UPDATE users SET hashed_password = ? WHERE id = ?').run(hashed, id);
  }

  #refuseTaken({ username, email }: Partial<UserFields>, except = 0): void {
    const { connection } = this.database;
    const isTaken = (column: 'username' | 'email', value: string | undefined) =>
      value !== undefined &&
      connection.prepare(`SELECT id FROM users WHERE ${column} = ? AND id <> ?`).get(value, except) !== undefined;
    if (isTaken('email', email)) throw new BadRequestException({ detail: 'Email already registered' });
    if (isTaken('username', username)) throw new BadRequestException({ detail: 'Username already taken' });
  }

  #known(id: number): User {
    const row = this.database.connection.prepare(`SELECT ${columns} FROM users WHERE id = ?`).get(id);
    if (row === undefined) throw missing(id);
    // As in `list`.
    return this.#withItems(row as unknown as UserRow);
  }

  #withItems({ id, username, email, is_active, created_at }: UserRow): User {
    return { username, email, id, is_active: is_active === 1, created_at, items: this.items.ownedBy(id) };
  }
}

function missing(id: number): NotFoundException {
  return new NotFoundException({ detail: `User with ID ${id} not found` });
}
