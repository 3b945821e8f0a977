import 'reflect-metadata';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Body,
  Scope,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type {
  ArgumentsHost,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  MiddlewareConsumer,
  NestInterceptor,
  NestMiddleware,
  PipeTransform,
} from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { BaseExceptionFilter, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BehaviorSubject } from 'rxjs';
import { map } from 'rxjs/operators';
import { expectWellFormed, traceToMemory } from '../../test/memory-tracing.ts';
import { registerServerSpans, tracingInstrument } from './index.ts';
import type { Detail } from '../config.ts';
import { withSpan } from '../with-span.ts';

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

@Injectable()
class Cats {
  readonly #names = new Map([['1', 'Tom']]);

  async find(id: string): Promise<string> {
    await pause(1);
    return this.nameOf(id);
  }

  nameOf(id: string): string {
    const name = this.#names.get(id);
    if (name === undefined) throw new HttpException('no such cat', 404);
    return name;
  }
}

@Injectable()
class PerRequest extends Map<string, string> {
  touch(): this {
    return this.set('touched', 'yes');
  }
}

@Injectable()
class RolesGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await pause(1);
    return this.reflector.get<string>('role', context.getHandler()) !== 'nobody';
  }
}

@Injectable()
class Shouting implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    withSpan('on the way in', () => undefined);
    return next.handle().pipe(map((value: unknown) => withSpan('on the way out', () => ({ value }))));
  }
}

@Injectable()
class Trim implements PipeTransform<string, string> {
  transform(value: string): string {
    return value.trim();
  }
}

@Catch(HttpException)
class TeapotFilter implements ExceptionFilter<HttpException> {
  catch(error: HttpException, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: object): void } }>()
      .status(error.getStatus())
      .send({ teapot: true });
  }
}

@Injectable()
class Header implements NestMiddleware {
  use(_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void): void {
    response.setHeader('x-seen', 'yes');
    next();
  }
}

/** What Nest does not know, and must stay as it is in every program. */
@Injectable()
class Gateway {
  readonly #state = new BehaviorSubject(7);

  state(): BehaviorSubject<number> {
    return this.#state;
  }

  intercept(url: string, options: { readonly timeoutMs: number }): string {
    return `${url} ${options.timeoutMs}`;
  }

  request() {
    return Object.assign(Promise.resolve('answer'), { json: () => Promise.resolve({ json: true }) });
  }
}

// As mongoose's models are made: an ES5 constructor of three parameters with members of its own.
const Model = Object.assign(
  function (this: object, document: object, fields?: object, skipId?: boolean) {
    Object.assign(this, document, { fields, skipId });
  },
  { find: () => 'found' },
);
type Model = typeof Model & (new (fields: { readonly name: string }) => { readonly name: string });

@Controller('programs')
class ProgramsController {
  constructor(
    @Inject('Model') private readonly model: Model,
    @Inject(Gateway) private readonly gateway: Gateway,
  ) {}

  @Get()
  async get() {
    return {
      model: [new this.model({ name: 'Tom' }).name, this.model.find(), this.model === Model],
      state: this.gateway.state().value,
      intercepted: this.gateway.intercept('http://cats', { timeoutMs: 5 }),
      answer: await this.gateway.request().json(),
    };
  }
}

@Controller('cats')
@UseGuards(RolesGuard)
class CatsController {
  constructor(
    @Inject(Cats) private readonly cats: Cats,
    @Inject(PerRequest) private readonly perRequest: PerRequest,
  ) {}

  @Get(':id')
  @SetMetadata('role', 'reader')
  @UseInterceptors(Shouting)
  @UseFilters(TeapotFilter)
  async get(@Param('id', Trim) id: string) {
    this.perRequest.touch();
    return { name: await this.cats.find(id) };
  }

  @Post()
  @SetMetadata('role', 'nobody')
  create(@Body() body: object) {
    return body;
  }

  @Get(':id/many')
  many(@Param('id') id: string) {
    return Array.from({ length: 10 }, () => this.cats.nameOf(id)).length;
  }
}

class OutOfCats extends Error {}

@Catch(OutOfCats)
class OutOfCatsFilter extends TeapotFilter {
  override catch(_error: Error, host: ArgumentsHost): void {
    super.catch(new HttpException('no cats', 503), host);
  }
}

@Catch()
class MappingFilter extends BaseExceptionFilter {
  override catch(_error: Error, host: ArgumentsHost): void {
    super.catch(new HttpException('something went wrong', 500), host);
  }
}

@Catch()
class BrokenFilter implements ExceptionFilter {
  catch(): void {
    throw new Error('filter broke');
  }
}

@Injectable()
class BrokenGuard implements CanActivate {
  canActivate(): boolean {
    throw new Error('guard broke');
  }
}

@Injectable()
class BrokenMiddleware implements NestMiddleware {
  use(): void {
    throw new Error('middleware broke');
  }
}

@Controller('failures')
class FailuresController {
  @Get('handler')
  async handler() {
    await pause(1);
    throw new Error('handler broke');
  }

  @Get('guard')
  @UseGuards(BrokenGuard)
  guarded() {
    return {};
  }

  @Get('middleware')
  behind() {
    return {};
  }

  @Get('filter')
  @UseFilters(OutOfCatsFilter)
  filtered() {
    throw new OutOfCats('filtered');
  }

  @Get('mapping-filter')
  @UseFilters(MappingFilter)
  mapped() {
    throw new Error('mapped');
  }

  @Get('broken-filter')
  @UseFilters(BrokenFilter)
  twice() {
    throw new Error('first');
  }

  @Get('refusal')
  refusal() {
    throw new HttpException('no', 409);
  }
}

@Module({
  controllers: [CatsController, FailuresController, ProgramsController],
  providers: [
    Cats,
    Gateway,
    { provide: 'Model', useFactory: () => Model },
    { provide: 'Plain', useValue: Object.assign(Object.create(null) as object, { catch: () => 'anything' }) },
    { provide: PerRequest, useClass: PerRequest, scope: Scope.REQUEST },
  ],
})
class CatsModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(Header).forRoutes(CatsController);
    consumer.apply(BrokenMiddleware).forRoutes('failures/middleware');
  }
}

const memory = traceToMemory({ foldAfter: 3 });
let app: NestFastifyApplication | undefined;

async function cats(detail: Detail): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter();
  registerServerSpans(adapter.getInstance());

  app = await NestFactory.create<NestFastifyApplication>(CatsModule, adapter, {
    logger: false,
    instrument: tracingInstrument(detail),
  });
  await app.listen(0, '127.0.0.1');
  await memory.reset();
  return app;
}

beforeEach(() => memory.reset());
afterEach(() => app?.close());
afterAll(() => memory.tracing.shutdown());

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${String(await app?.getUrl())}${path}`, init);
  return { status: response.status, body: await response.json() };
};
const servers = async () => {
  // The span ends when the connection has the answer, a moment after the caller has it.
  for (let tries = 0; tries < 200 && !(await memory.spans()).some(({ kind }) => kind === SpanKind.SERVER); tries++)
    await pause(5);
  const spans = (await memory.spans()).filter(({ kind }) => kind !== SpanKind.CLIENT);
  return { spans, shapes: (await memory.shapes()).map(shape => shape.replace(/^CLIENT GET!? \[(.*)\]$/, '$1')) };
};

test('route: one span for each request and none of its parts', async () => {
  await cats('route');
  expect(await get('/cats/1')).toEqual({ status: 200, body: { value: { name: 'Tom' } } });
  const { shapes } = await servers();
  expect(shapes).toEqual(['SERVER GET /cats/:id [on the way in, on the way out]']);
});

test('pipeline: middleware, guard, interceptor before and after, pipe and handler, each beside the other', async () => {
  await cats('pipeline');
  expect(await get('/cats/1')).toEqual({ status: 200, body: { value: { name: 'Tom' } } });
  const { shapes, spans } = await servers();
  expect(shapes).toEqual([
    'SERVER GET /cats/:id [Header.use, RolesGuard.canActivate, Shouting.intercept [on the way in], Trim.transform, ' +
      'CatsController.get, Shouting.intercept [on the way out]]',
  ]);
  expectWellFormed(await memory.spans());
  expect(spans.flatMap(({ attributes }) => attributes['nest.phase'] ?? [])).toEqual(['before', 'after']);
});

test('pipeline: a filter has its span, and a refusal is no fault of the server', async () => {
  await cats('pipeline');
  expect(await get('/cats/9')).toEqual({ status: 404, body: { teapot: true } });
  const { shapes } = await servers();
  expect(shapes).toEqual([
    'SERVER GET /cats/:id [Header.use, RolesGuard.canActivate, Shouting.intercept [on the way in], Trim.transform, ' +
      'CatsController.get!, Shouting.intercept, TeapotFilter.catch]',
  ]);
});

test('pipeline: guards read the metadata of the handler through the span', async () => {
  await cats('pipeline');
  const { status } = await get('/cats', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  expect(status).toBe(403);
});

test('full: providers too, with private fields, inherited maps and request scope, repeated calls folded', async () => {
  await cats('full');
  expect((await get('/cats/1')).status).toBe(200);
  expect((await servers()).shapes).toEqual([
    'SERVER GET /cats/:id [Header.use, RolesGuard.canActivate, Shouting.intercept [on the way in], Trim.transform, ' +
      'CatsController.get [PerRequest.touch, Cats.find [Cats.nameOf]], Shouting.intercept [on the way out]]',
  ]);
  await memory.reset();
  expect(await get('/cats/1/many')).toEqual({ status: 200, body: 10 });
  const { spans } = await servers();
  const calls = spans.filter(({ name }) => name === 'Cats.nameOf');
  expect(calls).toHaveLength(4);
  expect(calls.find(({ attributes }) => 'tracelab.folded.count' in attributes)?.attributes).toMatchObject({
    'tracelab.folded.count': 7,
    'tracelab.folded.total_ms': expect.any(Number),
    'tracelab.folded.max_ms': expect.any(Number),
  });
});

test.each(['route', 'pipeline', 'full'] as const)(
  '%s: what only looks like a part of Nest works as without it',
  async detail => {
    await cats(detail);
    expect((await get('/programs')).body).toEqual({
      model: ['Tom', 'found', true],
      state: 7,
      intercepted: 'http://cats 5',
      answer: { json: true },
    });
  },
);

test.each([
  ['handler', 500, 'handler broke'],
  ['guard', 500, 'guard broke'],
  ['middleware', 500, 'middleware broke'],
  ['filter', 503, 'filtered'],
  ['mapping-filter', 500, 'mapped'],
  ['broken-filter', 500, 'first'],
  ['refusal', 409, undefined],
])(
  'route: what is thrown in a %s and answered with %i is told by the span of the request',
  async (path, status, message) => {
    await cats('route');
    expect((await get(`/failures/${path}`)).status).toBe(status);
    const [span] = (await servers()).spans;
    expect(span?.events.map(({ attributes }) => attributes?.['exception.message'])).toEqual(
      message === undefined ? [] : [message],
    );
  },
);
