import { type DynamicModule, Module } from '@nestjs/common';
import { Database, openDatabase } from '@tracelab/database';
import { closing, HealthModule } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import type { Config } from './config.ts';
import { CardProcessor } from './payments/card-processor.ts';
import { LateRecords } from './payments/late-records.ts';
import { OrderClient } from './payments/order.client.ts';
import { OrderUpdates } from './payments/order-updates.ts';
import { PaymentsController } from './payments/payments.controller.ts';
import { migrations, type PaymentsSchema } from './payments/payments.schema.ts';
import { PaymentsService } from './payments/payments.service.ts';
import { PaymentsStore } from './payments/payments.store.ts';

@Module({})
export class AppModule {
  static async with(this: void, config: Config): Promise<DynamicModule> {
    const database = await openDatabase<PaymentsSchema>({ url: config.databaseUrl, migrations });
    return {
      module: AppModule,
      imports: [
        HealthModule.for({
          service: config.service,
          message: 'Payments of the NestJS with Jaeger Tracing Demo',
          dependencies: [database],
        }),
      ],
      controllers: [PaymentsController],
      providers: [
        { provide: Database, useValue: database },
        { provide: Simulation, useValue: new Simulation(config.demo) },
        { provide: OrderClient, useValue: new OrderClient(config.orderUrl, config.callTimeoutMs) },
        { provide: PaymentsStore, useValue: new PaymentsStore(database, config.leaseMs) },
        closing(database),
        CardProcessor,
        OrderUpdates,
        LateRecords,
        PaymentsService,
      ],
    };
  }
}
