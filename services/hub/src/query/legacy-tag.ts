import { type Condition, equal, field, type FieldName } from '../store/trace-query.ts';

const RESOURCE_PREFIX = 'resource.';

const FIELD_OF_KEY: ReadonlyMap<string, FieldName> = new Map([
  ['span.kind', 'kind'],
  ['span.status', 'status'],
  ['scope.name', 'scope.name'],
  ['scope.version', 'scope.version'],
]);

/**
 * One `key=value` of a v1 tag or v3 attribute, with the keys that mean something else than an attribute: `error` asks
 * for the status, `resource.` for the resource only. Any other key is looked for in every place of the span.
 */
export function tagCondition(key: string, value: string): Condition {
  if (key === 'error' && (value === 'true' || value === 'false')) {
    const isError = equal(field('status'), 'error');
    return value === 'true' ? isError : { op: 'not', of: isError };
  }
  const name = FIELD_OF_KEY.get(key);
  if (name !== undefined) return equal(field(name), name === 'kind' || name === 'status' ? value.toLowerCase() : value);
  if (key.startsWith(RESOURCE_PREFIX)) {
    return equal({ attribute: key.slice(RESOURCE_PREFIX.length), level: 'resource' }, value);
  }
  return equal({ attribute: key, level: 'any' }, value);
}
