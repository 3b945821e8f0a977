import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { z } from 'zod';
import { ExternalApi } from '../external/external-api.ts';
import { type Item, ItemFields } from '../items/item.ts';
import { ItemsService } from '../items/items.service.ts';
import { Page, type User, UserChanges, UserFields, UserParams } from './user.ts';
import { UsersService } from './users.service.ts';

const bodyOf = (schema: z.ZodType) => ApiBody({ schema: z.toJSONSchema(schema, { target: 'openapi-3.0' }) as object });

@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly items: ItemsService,
    private readonly external: ExternalApi,
  ) {}

  @Post()
  @bodyOf(UserFields)
  create(@Body({ schema: UserFields }) fields: UserFields): Promise<User> {
    return this.users.create(fields);
  }

  @Get()
  list(@Query({ schema: Page }) page: Page): Promise<User[]> {
    return this.users.list(page);
  }

  @Get(':user_id')
  get(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<User> {
    return this.users.get(user_id);
  }

  @Put(':user_id')
  @bodyOf(UserChanges)
  update(
    @Param({ schema: UserParams }) { user_id }: UserParams,
    @Body({ schema: UserChanges }) changes: UserChanges,
  ): Promise<User> {
    return this.users.update(user_id, changes);
  }

  @Delete(':user_id')
  @HttpCode(204)
  delete(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<void> {
    return this.users.delete(user_id);
  }

  @Get(':user_id/external-data')
  async externalData(@Param({ schema: UserParams }) { user_id }: UserParams) {
    const { id, username, email } = await this.users.get(user_id);
    const [external_user, todos] = await Promise.all([this.external.user(id), this.external.todosOf(id)]);
    return { user: { id, username, email }, external_user, todos };
  }

  @Post(':user_id/items')
  @bodyOf(ItemFields)
  async addItem(
    @Param({ schema: UserParams }) { user_id }: UserParams,
    @Body({ schema: ItemFields }) fields: ItemFields,
  ): Promise<Item> {
    await this.users.get(user_id);
    return this.items.create(user_id, fields);
  }

  @Get(':user_id/items')
  async itemsOf(@Param({ schema: UserParams }) { user_id }: UserParams): Promise<readonly Item[]> {
    const { items } = await this.users.get(user_id);
    return items;
  }
}
