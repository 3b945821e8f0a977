import { type DynamicModule, Module } from '@nestjs/common';
import type { Root } from '@tracelab/contracts/service';
import { HealthController } from './health.controller.ts';
import { Readiness } from './readiness.ts';

/** Something outside the process that the service uses. `check` rejects, within its own timeout, while it is down. */
export interface Dependency {
  readonly name: string;
  readonly check: () => Promise<void>;
  /** The service does its work without it, so that its absence is told but keeps nobody away. */
  readonly isOptional?: boolean;
}

export interface HealthOptions {
  readonly service: string;
  /** What `GET /` says. */
  readonly message: string;
  readonly dependencies?: readonly Dependency[];
}

/** `/`, `/health`, `/health/live` and `/health/ready`. */
@Module({})
export class HealthModule {
  static for({ service, message, dependencies = [] }: HealthOptions): DynamicModule {
    const root: Root = { message, status: 'running' };
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [
        { provide: 'Root', useValue: root },
        { provide: Readiness, useValue: new Readiness(service, dependencies) },
      ],
    };
  }
}
