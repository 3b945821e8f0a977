import { Injectable } from '@nestjs/common';
import type { PageQuery } from '@tracelab/contracts/page';
import type { CreateUser, User } from '@tracelab/contracts/user';
import { Database, idValue } from '@tracelab/database';
import type { UsersSchema } from './users.schema.ts';

@Injectable()
export class UsersStore {
  constructor(private readonly database: Database<UsersSchema>) {}

  find(id: number): Promise<User | undefined> {
    return this.database.query(db =>
      db.selectFrom('users').selectAll().where('id', '=', idValue(id)).executeTakeFirst(),
    );
  }

  list({ after, limit }: PageQuery): Promise<User[]> {
    return this.database.query(db =>
      db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute(),
    );
  }

  add({ name, email }: CreateUser): Promise<User> {
    return this.database.query(db =>
      db.insertInto('users').values({ name, email, status: 'active' }).returningAll().executeTakeFirstOrThrow(),
    );
  }
}
