import { serve } from '@tracelab/service-kit';
import { AppModule } from './app.module.ts';
import { loadConfig } from './config.ts';
import { extend } from './extend.ts';

await serve({ loadConfig, module: AppModule.with, extend });
