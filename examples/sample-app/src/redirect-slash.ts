interface Asked {
  readonly url: string;
  readonly routeOptions: { readonly url?: string | undefined };
}

interface Reply {
  redirect(url: string, code: number): unknown;
}

// The one route whose own form ends with a slash.
const withSlash = new Set(['/users']);

/** Sends the other form of a route to its own: `/users` to `/users/`, `/items/` to `/items`, query and method kept. */
export function redirectSlash({ url, routeOptions }: Asked, reply: Reply, done: () => void): void {
  const [path = '', query] = url.split(/\?(.*)/s, 2);
  const route = routeOptions.url;
  const own = route === undefined || route.startsWith('/docs') ? path : ownForm(path, withSlash.has(route));
  if (own === path) done();
  else reply.redirect(query === undefined ? own : `${own}?${query}`, 307);
}

function ownForm(path: string, hasSlash: boolean): string {
  // Several slashes at the start would name another host.
  const bare = path.replace(/\/+$/, '').replace(/^\/+/, '/');
  return hasSlash || bare === '' ? `${bare}/` : bare;
}
