import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AppModule } from './app.module.ts';
import { loadConfig } from './config.ts';
import { DetailFilter } from './detail.filter.ts';
import { redirectSlash } from './redirect-slash.ts';
import { SchemaPipe } from './schema.pipe.ts';

const config = loadConfig();
const adapter = new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } });
adapter.getInstance().addHook('onRequest', redirectSlash);
const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
  logger: ['error', 'warn'],
});
app.enableCors();
app.enableShutdownHooks();
app.useGlobalPipes(new SchemaPipe());
app.useGlobalFilters(new DetailFilter());
const info = new DocumentBuilder().setTitle('Sample Nest App').setVersion('0.1.0').build();
SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, info));
await app.listen(config.port, config.host);
process.stdout.write(`Sample Nest App at ${await app.getUrl()}, documentation at /docs\n`);
