import { type DynamicModule, Module } from '@nestjs/common';
import { AppConfig } from './config.ts';
import { BasicsController } from './basics/basics.controller.ts';
import { Database } from './database/database.ts';
import { Delays } from './delays.ts';
import { ExternalApi } from './external/external-api.ts';
import { ExternalApiStandIn } from './external/external-api-stand-in.ts';
import { ItemsController } from './items/items.controller.ts';
import { ItemsService } from './items/items.service.ts';
import { OperationsController } from './operations/operations.controller.ts';
import { OperationsService } from './operations/operations.service.ts';
import { UsersController } from './users/users.controller.ts';
import { UsersService } from './users/users.service.ts';
import { WeatherController } from './weather/weather.controller.ts';
import { WeatherService } from './weather/weather.service.ts';

@Module({})
export class AppModule {
  static with(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [BasicsController, WeatherController, OperationsController, UsersController, ItemsController],
      providers: [
        { provide: AppConfig, useValue: config },
        Database,
        Delays,
        ExternalApiStandIn,
        ExternalApi,
        ItemsService,
        OperationsService,
        UsersService,
        WeatherService,
      ],
    };
  }
}
