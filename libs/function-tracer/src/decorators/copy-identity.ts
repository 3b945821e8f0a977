interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

/** Makes one function look like another: name, length, own properties, prototype, and the metadata of decorators. */
export function copyIdentity(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    const property = Object.getOwnPropertyDescriptor(from, key);
    const present = Object.getOwnPropertyDescriptor(to, key);
    if (property === undefined || (present?.configurable === false && present.writable === false)) continue;
    if (present?.configurable === false) Reflect.set(to, key, Reflect.get(from, key));
    else Object.defineProperty(to, key, property);
  }
  copyMetadata(from, to);
}

// reflect-metadata keeps it apart from the function, by the function.
function copyMetadata(from: object, to: object): void {
  const reflect = Reflect as MetadataReflect;
  for (const key of reflect.getOwnMetadataKeys?.(from) ?? []) {
    reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, from), to);
  }
}
