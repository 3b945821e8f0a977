import { Body, ConflictException, Controller, Get, HttpException, Param, Post } from '@nestjs/common';
import { InventoryService, OutOfStock } from '../inventory/inventory.service.ts';
import { Declined, type Line, type Purchase, PurchasesService } from './purchases.service.ts';

const PAYMENT_REQUIRED = 402;

@Controller()
export class PurchasesController {
  constructor(
    private readonly purchases: PurchasesService,
    private readonly inventory: InventoryService,
  ) {}

  @Post('purchases')
  async purchase(@Body() body: { lines: Line[] }): Promise<Purchase> {
    try {
      return await this.purchases.purchase(body.lines);
    } catch (error) {
      throw answerOf(error);
    }
  }

  @Get('inventory/:sku')
  left(@Param('sku') sku: string): { left: number } {
    return { left: this.inventory.left(sku) };
  }
}

function answerOf(error: unknown): unknown {
  if (error instanceof OutOfStock) return new ConflictException(error.message);
  return error instanceof Declined ? new HttpException(error.message, PAYMENT_REQUIRED) : error;
}
