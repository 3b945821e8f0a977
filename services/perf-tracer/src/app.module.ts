import { type DynamicModule, Module } from '@nestjs/common';
import { closing, HealthModule } from '@tracelab/service-kit';
import type { Config } from './config.ts';
import { CORS_ORIGIN } from './fastapi/speak-fastapi.ts';
import { Clock } from './traces/clock.ts';
import { Expiry } from './traces/expiry.ts';
import { openTracesStore } from './traces/open-traces-store.ts';
import { TracesController } from './traces/traces.controller.ts';
import { TracesService } from './traces/traces.service.ts';
import { TracesStore } from './traces/traces.store.ts';
import { TracingController } from './traces/tracing.controller.ts';

@Module({})
export class AppModule {
  static async with(this: void, config: Config): Promise<DynamicModule> {
    const store = await openTracesStore(config);
    return {
      module: AppModule,
      imports: [
        HealthModule.for({
          service: config.service,
          message: 'Traces timed over HTTP',
          dependencies: [...store.dependencies],
        }),
      ],
      controllers: [TracingController, TracesController],
      providers: [
        { provide: CORS_ORIGIN, useValue: config.corsOrigin },
        { provide: TracesStore, useValue: store },
        { provide: Clock, useValue: new Clock() },
        { provide: TracesService.Limits, useValue: { stepsPerTrace: config.stepsPerTrace } },
        closing(new Expiry(store, config), store),
        TracesService,
      ],
    };
  }
}
