import { useSyncExternalStore } from 'react';

/** Changes to query parameters; null or empty removes one. */
export type ParameterChanges = Readonly<Record<string, string | null>>;

/** Where the reader is. The URL holds the whole state of a page, so a link shows what its sender saw. */
export class PageLocation {
  readonly #listeners = new Set<() => void>();
  #current = new URL(window.location.href);

  constructor() {
    window.addEventListener('popstate', () => {
      this.#tell();
    });
  }

  get current(): URL {
    return this.#current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes to a path with its query, as a step that the back button undoes. */
  go(path: string): void {
    window.history.pushState(null, '', path);
    this.#tell();
    window.scrollTo(0, 0);
  }

  /** Changes the query of this page; a step for the back button only where `isStep` says so. */
  change(changes: ParameterChanges, { isStep = false } = {}): void {
    const path = pathWith(new URL(window.location.href), changes);
    if (path === `${window.location.pathname}${window.location.search}`) return;
    if (isStep) window.history.pushState(null, '', path);
    else window.history.replaceState(null, '', path);
    this.#tell();
  }

  #tell(): void {
    this.#current = new URL(window.location.href);
    for (const listener of this.#listeners) listener();
  }
}

/** The path of a URL with some of its parameters changed. */
export function pathWith(url: URL, changes: ParameterChanges): string {
  const parameters = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  // Colons, commas and slashes are legible in a query and need no escape there.
  const query = parameters.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
  return `${url.pathname}${query === '' ? '' : `?${query}`}`;
}

export const pageLocation = new PageLocation();

export const useLocation = (): URL => useSyncExternalStore(pageLocation.subscribe, () => pageLocation.current);

/** The value of one query parameter; empty when it is absent. */
export const useParameter = (name: string): string => useLocation().searchParams.get(name) ?? '';
