interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

/** Makes one function look like another: kind, name, length, own properties, prototype, the metadata of decorators. */
export function copyIdentity(from: object, to: object): void {
  // An async function or generator has a prototype of its kind, a class that of the class that it extends.
  const kind: unknown = Object.getPrototypeOf(from);
  if (kind !== Object.getPrototypeOf(to)) Object.setPrototypeOf(to, kind as object | null);
  for (const key of Reflect.ownKeys(from)) {
    const property = Object.getOwnPropertyDescriptor(from, key);
    const present = Object.getOwnPropertyDescriptor(to, key);
    if (property === undefined || (present?.configurable === false && present.writable === false)) continue;
    if (present?.configurable === false) Reflect.set(to, key, Reflect.get(from, key));
    else Object.defineProperty(to, key, property);
  }
  copyMetadata(from, to);
}

/** Gives an object what another has of its own and it lacks. */
export function copyMissing(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    const property = Object.hasOwn(to, key) ? undefined : Object.getOwnPropertyDescriptor(from, key);
    if (property !== undefined) Object.defineProperty(to, key, property);
  }
}

// reflect-metadata keeps it apart from the function, by the function.
function copyMetadata(from: object, to: object): void {
  const reflect = Reflect as MetadataReflect;
  for (const key of reflect.getOwnMetadataKeys?.(from) ?? []) {
    reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, from), to);
  }
}
