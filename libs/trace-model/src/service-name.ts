import { type Attribute, attributeOf } from './attribute-value.ts';

/** What stands for the name of a service that gives none, an empty one, or something that is not text. */
export const MISSING_SERVICE_NAMES = {
  missing: 'missing-service-name',
  empty: 'empty-service-name',
  wrongType: 'service-name-wrong-type',
} as const;

/** What stands for the name of a span that has none. */
export const EMPTY_SPAN_NAME = 'empty-span-name';

/** The service that a resource belongs to. */
export function serviceNameOf(attributes: readonly Attribute[]): string {
  const value = attributeOf(attributes, 'service.name');
  if (value === undefined) return MISSING_SERVICE_NAMES.missing;
  if (value.type !== 'string') return MISSING_SERVICE_NAMES.wrongType;
  return value.value === '' ? MISSING_SERVICE_NAMES.empty : value.value;
}
