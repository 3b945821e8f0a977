import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { Page } from '../users/user.ts';
import { Completion, type Item, ItemChanges, ItemParams } from './item.ts';
import { ItemsService } from './items.service.ts';

@Controller('items')
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Get()
  list(@Query({ schema: Page }) page: Page): Promise<Item[]> {
    return this.items.list(page);
  }

  @Get(':item_id')
  get(@Param({ schema: ItemParams }) { item_id }: ItemParams): Promise<Item> {
    return this.items.get(item_id);
  }

  @Put(':item_id')
  update(
    @Param({ schema: ItemParams }) { item_id }: ItemParams,
    @Body({ schema: ItemChanges }) changes: ItemChanges,
  ): Promise<Item> {
    return this.items.update(item_id, changes);
  }

  @Put(':item_id/complete')
  complete(
    @Param({ schema: ItemParams }) { item_id }: ItemParams,
    @Query({ schema: Completion }) { completed }: Completion,
  ): Promise<Item> {
    return this.items.update(item_id, { is_completed: completed });
  }

  @Delete(':item_id')
  @HttpCode(204)
  delete(@Param({ schema: ItemParams }) { item_id }: ItemParams): Promise<void> {
    return this.items.delete(item_id);
  }
}
