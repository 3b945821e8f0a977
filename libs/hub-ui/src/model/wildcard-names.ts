const ANYTHING = '[\\s\\S]*';

/** `a,b` is either; after a comma nothing may stand yet. */
export const alternativesOf = (text: string): string[] => text.split(',').filter(part => part !== '');

/** A pattern for texts in which `*` is anything, ends of lines too. */
export function wildcardPattern(text: string): string {
  const [start, end] = [text.startsWith('*') ? '' : '^', text.endsWith('*') ? '' : '$'];
  const parts = text.replaceAll(/^\*+|\*+$/g, '').split(/\*+/);
  return `${start}${parts.map(part => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&')).join(ANYTHING)}${end}`;
}
