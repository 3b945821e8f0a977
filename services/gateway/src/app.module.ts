import { type DynamicModule, Module } from '@nestjs/common';
import { HealthModule } from '@tracelab/service-kit';
import type { Config } from './config.ts';
import { ExecutionController } from './execution/execution.controller.ts';
import { ExecutionService } from './execution/execution.service.ts';
import { FlowController } from './flow/flow.controller.ts';
import { FlowService } from './flow/flow.service.ts';
import { OrderClient } from './orders/order.client.ts';
import { OrdersController } from './orders/orders.controller.ts';
import { PaymentClient } from './payments/payment.client.ts';
import { PaymentsController } from './payments/payments.controller.ts';
import { PerfTracerRelay } from './perf-tracer/perf-tracer.relay.ts';
import { UserClient } from './users/user.client.ts';
import { UsersController } from './users/users.controller.ts';

@Module({})
export class AppModule {
  static with(this: void, config: Config): DynamicModule {
    const { callTimeoutMs } = config;
    return {
      module: AppModule,
      imports: [HealthModule.for({ service: config.service, message: 'NestJS with Jaeger Tracing Demo' })],
      controllers: [UsersController, OrdersController, PaymentsController, FlowController, ExecutionController],
      providers: [
        { provide: UserClient, useValue: new UserClient(config.userUrl, callTimeoutMs) },
        { provide: OrderClient, useValue: new OrderClient(config.orderUrl, callTimeoutMs) },
        { provide: PaymentClient, useValue: new PaymentClient(config.paymentUrl, callTimeoutMs) },
        { provide: PerfTracerRelay, useValue: new PerfTracerRelay(config) },
        FlowService,
        ExecutionService,
      ],
    };
  }
}
