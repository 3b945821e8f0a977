import type { DurationSeries } from '../duration-metric.ts';
import { routePattern } from '../sampling/route-pattern.ts';

/** What requests of one method to one route template have in common. */
export interface ServerRoute {
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
  readonly #byMethod = new Map<string, Map<string | undefined, ServerRoute>>();

  constructor(ignored: readonly string[]) {
    this.#ignored = ignored.map(routePattern);
  }

  /** `method` is one that is known or `_OTHER`, and templates are the application's: so they are few. */
  of(method: string, template: string | undefined): ServerRoute {
    const routes = this.#byMethod.get(method);
    const known = routes?.get(template);
    if (known !== undefined) return known;
    const shown = method === '_OTHER' ? 'HTTP' : method;
    const route: ServerRoute = {
      method,
      template,
      name: template === undefined ? shown : `${shown} ${template}`,
      isIgnored: template !== undefined && this.#ignored.some(fits => fits(template)),
      latest: undefined,
    };
    if (routes === undefined) this.#byMethod.set(method, new Map([[template, route]]));
    else routes.set(template, route);
    return route;
  }
}
