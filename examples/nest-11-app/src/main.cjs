// As TypeScript compiles it, without the compiler: decorators called by hand.
'use strict';
require('reflect-metadata');
const {
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
} = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

class OpenGuard {
  canActivate() {
    return true;
  }
}
Injectable()(OpenGuard);

class PassingInterceptor {
  intercept(_context, next) {
    return next.handle();
  }
}
Injectable()(PassingInterceptor);

class CatsController {
  async one(id) {
    await new Promise(resolve => setTimeout(resolve, 5));
    return { id, name: `cat ${id}` };
  }

  fail() {
    throw new Error('No cat can be had');
  }
}
const handler = (name, ...decorators) => {
  const property = Object.getOwnPropertyDescriptor(CatsController.prototype, name);
  for (const decorate of decorators.reverse()) decorate(CatsController.prototype, name, property);
};
handler('one', Get(':id'), UseGuards(OpenGuard), UseInterceptors(PassingInterceptor));
Param('id', ParseIntPipe)(CatsController.prototype, 'one', 0);
handler('fail', Get('broken/always'));
Controller('cats')(CatsController);

class AppModule {}
Module({ controllers: [CatsController] })(AppModule);

NestFactory.create(AppModule, { logger: false }).then(async app => {
  await app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
  process.stdout.write(`${await app.getUrl()}\n`);
});
