import type { User } from '@tracelab/contracts/user';
import { type Generated, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface UsersSchema {
  readonly users: {
    readonly id: Generated<number>;
    readonly name: string;
    readonly email: string;
    readonly status: User['status'];
  };
}

const first: readonly Omit<User, 'id'>[] = [
  { name: 'John Doe', email: 'john@example.com', status: 'active' },
  { name: 'Jane Smith', email: 'jane@example.com', status: 'active' },
  { name: 'Bob Johnson', email: 'bob@example.com', status: 'inactive' },
];

export const migrations: Record<string, Migration> = {
  '0001-users': {
    async up(db) {
      await db.schema
        .createTable('users')
        .addColumn('id', 'integer', column => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn('name', 'text', column => column.notNull())
        .addColumn('email', 'text', column => column.notNull())
        .addColumn('status', 'text', column => column.notNull().check(sql`status in ('active', 'inactive')`))
        .execute();
    },
  },
  '0002-first-users': {
    async up(db) {
      await db
        .insertInto('users')
        .values([...first])
        .execute();
    },
  },
};
