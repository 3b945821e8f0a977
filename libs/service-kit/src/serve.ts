import { inspect } from 'node:util';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from './application.ts';
import { ConfigError } from './config.ts';
import { createLogger } from './logger.ts';
import type { ServiceConfig } from './service-config.ts';
import { GracefulShutdown } from './shutdown.ts';

export interface Service<Config extends ServiceConfig> {
  /** Throws a ConfigError that names every fault. */
  readonly loadConfig: () => Config;
  /** Opens what the service needs, and says what it is made of. */
  readonly module: (config: Config) => DynamicModule | Promise<DynamicModule>;
  /** What the application serves beside its modules' endpoints. */
  readonly extend?: (app: NestFastifyApplication) => void;
}

/** Runs a service until a signal stops it: the whole of every `main.ts`. */
export async function serve<Config extends ServiceConfig>(service: Service<Config>): Promise<void> {
  try {
    await start(service.loadConfig(), service);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

async function start<Config extends ServiceConfig>(config: Config, { module, extend }: Service<Config>): Promise<void> {
  const logger = createLogger({ service: config.service, level: config.logLevel, isPretty: config.isLogPretty });
  const app = await createApplication(await module(config), config, logger);
  extend?.(app);
  new GracefulShutdown(app, logger, config.shutdownTimeoutMs).listen();
  await app.listen({ port: config.port, host: config.host });
  logger.info({ port: config.port }, `listening on ${await app.getUrl()}`);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is taken: stop the process that uses it, or set PORT to another.`;
  // With its cause: what went wrong at start is nearly always told by that one.
  return inspect(error);
}
