interface MetadataReflection {
  getOwnMetadataKeys(target: object): readonly unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/**
 * Gives `to` what others read off `from`: its name, its length and the metadata of decorators already applied (routes,
 * guards, Swagger), so that a wrapped method is told from the original by nobody.
 */
export function copyIdentity<T extends object>(from: T, to: T): T {
  for (const key of ['name', 'length'] as const) {
    const property = Object.getOwnPropertyDescriptor(from, key);
    if (property !== undefined) Object.defineProperty(to, key, property);
  }
  // reflect-metadata adds these to Reflect; without it there is no metadata to keep.
  const reflection = Reflect as Partial<MetadataReflection>;
  for (const key of reflection.getOwnMetadataKeys?.(from) ?? []) {
    reflection.defineMetadata?.(key, reflection.getOwnMetadata?.(key, from), to);
  }
  return to;
}
