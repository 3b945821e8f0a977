import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Remembers what the application serves, to tell "no such path" from "not with this method". */
export class KnownRoutes {
  readonly #routes: KnownRoute[] = [];

  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url, method }) => {
      // The catch-all that answers CORS preflights is no path of ours.
      if (url === '*') return;
      this.#routes.push({ pattern: patternOf(url), methods: [method].flat() });
    });
  }

  /** The methods that the path answers; none where there is no such path. */
  methodsOf(path: string): readonly string[] {
    const matching = this.#routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  }
}

// Fastify's own router answers only for one method at a time, by the pattern and not by a path.
function patternOf(url: string): RegExp {
  const escaped = url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')}/?$`);
}
