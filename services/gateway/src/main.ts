import { serve } from '@tracelab/service-kit';
import { AppModule } from './app.module.ts';
import { loadConfig } from './config.ts';
import { servePerfTracer } from './perf-tracer/perf-tracer.relay.ts';

await serve({ loadConfig, module: AppModule.with, extend: servePerfTracer });
