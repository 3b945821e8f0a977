import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseSync } from 'node:sqlite';
import { AppConfig } from '../config.ts';

/** The application's SQLite file; its tables are made at start. */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly connection: DatabaseSync;

  constructor(config: AppConfig) {
    this.connection = new DatabaseSync(config.databaseFile);
    this.connection.exec(`
      PRAGMA foreign_keys = ON;
      CREATE TABLE IF NOT EXISTS users (
        id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE,
        hashed_password TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL
      );
      CREATE TABLE IF NOT EXISTS items (
        id INTEGER PRIMARY KEY, title TEXT NOT NULL, description TEXT, priority INTEGER NOT NULL DEFAULT 1,
        is_completed INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,
        owner_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE
      );
      CREATE INDEX IF NOT EXISTS items_by_owner ON items (owner_id);
    `);
  }

  onApplicationShutdown(): void {
    this.connection.close();
  }
}
