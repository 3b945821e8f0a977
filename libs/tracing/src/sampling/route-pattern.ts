/** Whether a route template is meant by `pattern`: by itself, or, where `pattern` ends in `*`, by how it begins. */
export function routePattern(pattern: string): (route: string) => boolean {
  if (!pattern.endsWith('*')) return route => route === pattern;
  const prefix = pattern.slice(0, -1);
  return route => route.startsWith(prefix);
}
