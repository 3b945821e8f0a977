import { Module } from '@nestjs/common';
import { FlowTraceModule } from '@tracelab/function-tracer/nest';
import { InventoryService } from './inventory/inventory.service.ts';
import { PriceCache } from './purchases/price-cache.ts';
import { PurchasesController } from './purchases/purchases.controller.ts';
import { PurchasesService } from './purchases/purchases.service.ts';

@Module({
  imports: [FlowTraceModule.forRoot()],
  controllers: [PurchasesController],
  providers: [InventoryService, PriceCache, PurchasesService],
})
export class AppModule {}
