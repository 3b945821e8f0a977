import { type Attribute, textOf } from '@tracelab/trace-model';

export interface AttributeGroup {
  /** The first part of the keys: `http` of `http.route`; empty for keys without parts. */
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly text: string }[];
}

/** Attributes whose key or value holds the text, by the first part of their keys, groups and keys sorted. */
export function attributeGroups(attributes: readonly Attribute[], text: string): AttributeGroup[] {
  const needle = text.trim().toLowerCase();
  const shown = attributes
    .map(({ key, value }) => ({ key, text: textOf(value) }))
    .filter(own => `${own.key}\n${own.text}`.toLowerCase().includes(needle))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const groups = Map.groupBy(shown, ({ key }) => (key.includes('.') ? (key.split('.')[0] ?? '') : ''));
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, own]) => ({ name, attributes: own }));
}
