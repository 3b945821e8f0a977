/** The address of one request: the template's parameters filled in, the query appended, both escaped. */
export function urlOf(path: string, request: { params?: unknown; query?: unknown }, baseUrl: string): string {
  const params = (request.params ?? {}) as Record<string, unknown>;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== null) query.append(name, String(value));
  }
  return `${baseUrl.replace(/\/$/, '')}${filled}${query.size > 0 ? `?${query.toString()}` : ''}`;
}
