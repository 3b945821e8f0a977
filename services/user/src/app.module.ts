import { type DynamicModule, Module } from '@nestjs/common';
import { Database, openDatabase } from '@tracelab/database';
import { closing, HealthModule } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { Cache } from './cache/cache.ts';
import { openCache } from './cache/open-cache.ts';
import type { Config } from './config.ts';
import { OrderClient } from './users/order.client.ts';
import { UsersController } from './users/users.controller.ts';
import { migrations, type UsersSchema } from './users/users.schema.ts';
import { UsersService } from './users/users.service.ts';
import { UsersStore } from './users/users.store.ts';

@Module({})
export class AppModule {
  static async with(this: void, config: Config): Promise<DynamicModule> {
    const database = await openDatabase<UsersSchema>({ url: config.databaseUrl, migrations });
    const cache = openCache(config);
    return {
      module: AppModule,
      imports: [
        HealthModule.for({
          service: config.service,
          message: 'Users of the NestJS with Jaeger Tracing Demo',
          dependencies: [database, ...cache.dependencies],
        }),
      ],
      controllers: [UsersController],
      providers: [
        { provide: Database, useValue: database },
        { provide: Cache, useValue: cache },
        { provide: Simulation, useValue: new Simulation(config.demo) },
        { provide: OrderClient, useValue: new OrderClient(config.orderUrl, config.callTimeoutMs) },
        closing(cache, database),
        UsersStore,
        UsersService,
      ],
    };
  }
}
