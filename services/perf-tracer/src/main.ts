import { serve } from '@tracelab/service-kit';
import { AppModule } from './app.module.ts';
import { loadConfig } from './config.ts';
import { speakFastApi } from './fastapi/speak-fastapi.ts';

await serve({ loadConfig, module: AppModule.with, extend: speakFastApi });
