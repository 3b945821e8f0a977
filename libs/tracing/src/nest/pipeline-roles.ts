import type { Detail } from '../config.ts';
import type { ExceptionFilterLike } from './remember-exceptions.ts';

/** What a method is to Nest. `interceptor` takes a span on either side of the handler, the others one. */
export type NestRole = 'controller' | 'filter' | 'guard' | 'interceptor' | 'middleware' | 'pipe' | 'provider';

interface MetadataReader {
  getMetadata(key: string, target: object): unknown;
}

// Nest's own metadata keys, which are strings and older than most of its API.
const keys = {
  controller: '__controller__',
  injectable: '__injectable__',
  filter: '__filterCatchExceptions__',
  route: 'path',
} as const;

const pipelineMethods: Readonly<Record<string, NestRole>> = {
  canActivate: 'guard',
  catch: 'filter',
  intercept: 'interceptor',
  transform: 'pipe',
  use: 'middleware',
};

const lifecycle: ReadonlySet<string> = new Set([
  'constructor',
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
  'configure',
  'then',
]);

/** The instances of filters; nearly all others have no such method, which costs less to see than metadata. */
export function isExceptionFilter(instance: object): instance is ExceptionFilterLike {
  if (!('catch' in instance) || typeof instance.catch !== 'function') return false;
  const { constructor } = instance as { readonly constructor?: unknown };
  return typeof constructor === 'function' && metadata(keys.filter, constructor) !== undefined;
}

export interface RoledMethod {
  readonly name: string;
  readonly role: NestRole;
}

/** The methods of `instance` that become spans at this level, with what they are. Plain objects and built-ins have none. */
export function rolesOf(instance: object, detail: Detail): RoledMethod[] {
  const { constructor } = instance as { readonly constructor?: unknown };
  if (typeof constructor !== 'function' || !isFromNest(constructor)) return [];
  return methodsOf(instance).flatMap(name => {
    const role = roleOf(instance, name, constructor);
    return role === undefined || (role === 'provider' && detail !== 'full') ? [] : { name, role };
  });
}

function roleOf(instance: object, name: string, owner: object): NestRole | undefined {
  const method: unknown = (instance as Record<string, unknown>)[name];
  if (typeof method !== 'function' || lifecycle.has(name)) return undefined;
  if (metadata(keys.controller, owner) !== undefined) {
    return metadata(keys.route, method) === undefined ? 'provider' : 'controller';
  }
  const role = pipelineMethods[name] ?? 'provider';
  return role === 'filter' && metadata(keys.filter, owner) === undefined ? 'provider' : role;
}

// Only what somebody decorated for Nest: its own internals and the values of foreign libraries are not our business. A class
// that only implements a pipeline interface, as instances given to useGlobalPipes do, is known by its method.
function isFromNest(owner: object): boolean {
  const isDecorated = [keys.controller, keys.injectable, keys.filter].some(key => metadata(key, owner) !== undefined);
  const prototype = (owner as { readonly prototype?: object }).prototype;
  return (
    isDecorated || ['canActivate', 'intercept', 'transform'].some(name => prototype !== undefined && name in prototype)
  );
}

function methodsOf(instance: object): string[] {
  const names = new Set<string>();
  let prototype = Object.getPrototypeOf(instance) as object | null;
  while (prototype !== null && prototype !== Object.prototype && !builtIns.has(prototype)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === 'function') names.add(name);
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...names];
}

const builtIns: ReadonlySet<object> = new Set(
  [Map, Set, WeakMap, WeakSet, Date, Promise, Array, Function, RegExp, Error].map(({ prototype }) => prototype),
);

function metadata(key: string, target: object): unknown {
  return (Reflect as Partial<MetadataReader>).getMetadata?.(key, target);
}
