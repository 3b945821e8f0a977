const BOOLEANS = new Map<unknown, boolean>([
  ...['1', 'true', 't', 'yes', 'y', 'on', 1].map(word => [word, true] as const),
  ...['0', 'false', 'f', 'no', 'n', 'off', 0].map(word => [word, false] as const),
]);

const FIELDS = new Set(['track_duration', 'end_trace']);

/** The words and numbers that FastAPI takes for a boolean, made booleans where one is meant. Everything else stays. */
export function laxBooleans(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(laxBooleans);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, FIELDS.has(key) ? readable(value) : laxBooleans(value)]),
  );
}

const readable = (value: unknown): unknown =>
  BOOLEANS.get(typeof value === 'string' ? value.toLowerCase() : value) ?? value;
