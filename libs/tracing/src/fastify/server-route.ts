import type { DurationSeries } from '../duration-metric.ts';
import { knownMethods } from '../http-names.ts';
import { routePattern } from '../sampling/route-pattern.ts';

/** What requests of one method to one route template have in common. */
export interface ServerRoute {
  /** One that is known, or `_OTHER`. */
  readonly method: string;
  readonly template: string | undefined;
  /** The name of its spans. */
  readonly name: string;
  readonly isIgnored: boolean;
  /** Where the latest success was counted: most are like the one before. */
  latest: CountedSuccess | undefined;
}

export interface CountedSuccess {
  readonly scheme: string;
  readonly status: number;
  readonly durations: DurationSeries;
}

/** Works out once for each route what would be the same for every request to it. */
export class ServerRoutes {
  readonly #ignored: readonly ((route: string) => boolean)[];
  readonly #byMethod = new Map([...knownMethods].map(method => [method, new Map<string | undefined, ServerRoute>()]));
  readonly #others = new Map<string | undefined, ServerRoute>();

  constructor(ignored: readonly string[]) {
    this.#ignored = ignored.map(routePattern);
  }

  /** Templates are the application's, so they are few. */
  of(method: string, template: string | undefined): ServerRoute {
    const known = this.#byMethod.get(method);
    const routes = known ?? this.#others;
    const seen = routes.get(template);
    if (seen !== undefined) return seen;
    const route = this.#newRoute(known === undefined ? undefined : method, template);
    routes.set(template, route);
    return route;
  }

  #newRoute(method: string | undefined, template: string | undefined): ServerRoute {
    const shown = method ?? 'HTTP';
    return {
      method: method ?? '_OTHER',
      template,
      name: template === undefined ? shown : `${shown} ${template}`,
      isIgnored: template !== undefined && this.#ignored.some(fits => fits(template)),
      latest: undefined,
    };
  }
}
