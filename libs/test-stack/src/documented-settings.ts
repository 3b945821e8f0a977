import { readFileSync } from 'node:fs';

/** As much of a zod object as its settings' names and defaults need. */
interface Settings {
  readonly shape: Readonly<
    Record<string, { safeParse(value: undefined): { readonly success: boolean; readonly data?: unknown } }>
  >;
}

/** The settings that the schema of an environment has, each with its default as one would write it. */
export const settingsOf = ({ shape }: Settings): Record<string, string> =>
  Object.fromEntries(Object.entries(shape).map(([name, setting]) => [name, defaultOf(setting.safeParse(undefined))]));

function defaultOf({ success, data }: { readonly success: boolean; readonly data?: unknown }): string {
  if (!success) return 'required';
  if (data === undefined) return 'unset';
  return Array.isArray(data) ? data.join('-') : JSON.stringify(data).replaceAll('"', '');
}

/** What docs/shop.md says of one service's settings: the first two columns of its table. */
export function documentedSettings(service: string): Record<string, string> {
  const page = readFileSync(new URL('../../../docs/shop.md', import.meta.url), 'utf8');
  const section = page.split(`\n### ${service}\n`)[1]?.split('\n### ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)`\s+\| `?([^`|]*?)`?\s+\|/gm)];
  return Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]));
}
