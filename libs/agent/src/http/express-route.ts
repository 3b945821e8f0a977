/** What Express leaves on a request that one of its routes answered. */
interface Routed {
  readonly route?: { readonly path?: unknown };
  readonly baseUrl?: unknown;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * The route template of a request as Express itself tells it: for programs whose Express no hook can see, since a bundler has
 * built it in. The path of a mounted router is the one that was called, so its parameters are put back by their values.
 */
export function expressRouteOf(request: object): string | undefined {
  const { route, baseUrl, params = {} } = request as Routed;
  if (typeof route?.path !== 'string' || typeof baseUrl !== 'string') return undefined;
  const mount = baseUrl
    .split('/')
    .map(part => templateOf(part, params))
    .join('/');
  const whole = `${mount}${route.path}`;
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole;
}

function templateOf(part: string, params: Readonly<Record<string, unknown>>): string {
  const name = part === '' ? undefined : Object.keys(params).find(key => params[key] === part);
  if (name !== undefined) return `:${name}`;
  // Without the router's own parameters what looks like a value must not become a name of its own.
  return /^(?:\d+|[\da-f]{8}-[\da-f-]{27})$/i.test(part) ? ':id' : part;
}
