export interface Seen {
  readonly path: string;
  /** 599 where there was no answer at all. */
  readonly status: number;
}

const LONGEST_MS = 90_000;

/** A few requests a second, each path in turn, until it is stopped; and by itself after a minute and a half. */
export class SteadyLoad {
  readonly #baseUrl: string;
  readonly #paths: readonly string[];
  readonly #perSecond: number;
  readonly #running: Promise<Seen>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(baseUrl: string, paths: readonly string[], perSecond: number) {
    this.#baseUrl = baseUrl;
    this.#paths = paths;
    this.#perSecond = perSecond;
  }

  start(): void {
    const most = (LONGEST_MS / 1000) * this.#perSecond;
    this.#timer = setInterval(() => {
      if (this.#running.length >= most) clearInterval(this.#timer);
      else this.#running.push(this.#ask(this.#paths[this.#running.length % this.#paths.length] ?? '/'));
    }, 1000 / this.#perSecond);
  }

  /** What every request came to. */
  stop(): Promise<Seen[]> {
    clearInterval(this.#timer);
    return Promise.all(this.#running);
  }

  async #ask(path: string): Promise<Seen> {
    const response = await fetch(this.#baseUrl + path, { signal: AbortSignal.timeout(15_000) }).catch(() => undefined);
    await response?.body?.cancel();
    return { path, status: response?.status ?? 599 };
  }
}
