import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';

const PREFIX = '#/components/schemas/';

/** What was asked for, and what was found while it was written. */
interface Written extends JsonSchema {
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** The schemas of one document: those that have a name stand once, under it, and are referred to. */
export class Schemas {
  readonly #named = new Map<string, JsonSchema>();

  /** What a value is before it is parsed (`input`), or after (`output`). */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // Inside of another, a schema with a name is written as a reference.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), { io, override: plain }) as Written;
    for (const [name, definition] of Object.entries($defs)) this.#named.set(name, referring(definition));
    return referring(properties?.it ?? {});
  }

  get named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => a.localeCompare(b)));
  }

  /** A value of the schema: what its author gives as an example, put together where only its parts have one. */
  exampleOf({ $ref, examples, default: usual, ...schema }: JsonSchema): unknown {
    if ($ref !== undefined) return this.exampleOf(this.#named.get($ref.slice(PREFIX.length)) ?? {});
    const [first] = [...(examples ?? []), ...[usual, schema.const].filter(isGiven), ...(schema.enum ?? [])];
    if (first !== undefined) return first;
    if (schema.items) return [this.exampleOf(schema.items)];
    const parts = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, this.exampleOf(part)] as const);
    return schema.properties && Object.fromEntries(parts);
  }
}

const isGiven = (value: unknown): boolean => value !== undefined;

const referring = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${PREFIX}`)) as JsonSchema;

/** Without what zod adds to say "a double's integer" and "this version sends no more": neither is a promise. */
function plain({ jsonSchema }: { jsonSchema: object }): void {
  const written = jsonSchema as Record<string, unknown>;
  if (written.minimum === Number.MIN_SAFE_INTEGER) delete written.minimum;
  if (written.maximum === Number.MAX_SAFE_INTEGER) delete written.maximum;
  if (written.additionalProperties === false) delete written.additionalProperties;
}
