import { type DynamicModule, Module } from '@nestjs/common';
import { Database, openDatabase } from '@tracelab/database';
import { closing, HealthModule } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import type { Config } from './config.ts';
import { OrdersController } from './orders/orders.controller.ts';
import { migrations, type OrdersSchema } from './orders/orders.schema.ts';
import { OrdersService } from './orders/orders.service.ts';
import { OrdersStore } from './orders/orders.store.ts';

@Module({})
export class AppModule {
  static async with(this: void, config: Config): Promise<DynamicModule> {
    const database = await openDatabase<OrdersSchema>({ url: config.databaseUrl, migrations });
    return {
      module: AppModule,
      imports: [
        HealthModule.for({
          service: config.service,
          message: 'Orders of the NestJS with Jaeger Tracing Demo',
          dependencies: [database],
        }),
      ],
      controllers: [OrdersController],
      providers: [
        { provide: Database, useValue: database },
        { provide: Simulation, useValue: new Simulation(config.demo) },
        closing(database),
        OrdersStore,
        OrdersService,
      ],
    };
  }
}
