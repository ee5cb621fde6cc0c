import { ownValue } from '@pg8s/k8s-proto/own-value';

/** A JSON object of which no model is given: any field may be there or not. */
export type Fields = Record<string, unknown>;

/** The type of the object in a field: the model's, or `Fields` where there is no model. */
type ObjectAt<T, Name extends keyof T> = unknown extends T[Name] ? Fields : Extract<T[Name], object>;

/** The type of the items of the list in a field. */
type ItemAt<T, Name extends keyof T> = unknown extends T[Name]
  ? Fields
  : Extract<Extract<T[Name], readonly unknown[]>[number], object>;

/** Values for those fields of an object that may hold a `Value`. */
type Values<T, Value> = { readonly [Name in keyof T]?: T[Name] & Value };

/** Defaults of a kind that has them directly under `spec`; an object without a spec gets none. */
export function fillSpec<T extends { spec?: unknown }>(
  values: NoInfer<Values<ObjectAt<T, 'spec'>, unknown>>,
): (object: T) => void {
  return (object) => {
    const spec = existing(object, 'spec');
    if (spec !== undefined) fill(spec, values);
  };
}

/**
 * Gives every field that is absent or null its value; lists and objects among the values are shared, so pass
 * fresh ones.
 */
export function fill<T extends object>(target: T, values: NoInfer<Values<T, unknown>>): void {
  const fields = target as Fields;
  for (const name in values) {
    const value = ownValue(fields, name);
    if (value === undefined || value === null) fields[name] = values[name];
  }
}

/** As `fill`, but an empty string counts as absent: where Go has a plain string. */
export function fillText<T extends object>(target: T, values: NoInfer<Values<T, string>>): void {
  const fields = target as Fields;
  for (const name in values) if (!fields[name]) fields[name] = values[name];
}

/** As `fill`, but 0 counts as absent: where Go has a plain number. */
export function fillNumbers<T extends object>(target: T, values: NoInfer<Values<T, number>>): void {
  const fields = target as Fields;
  for (const name in values) if (!fields[name]) fields[name] = values[name];
}

/** The object in a field, made where it is absent. */
export function child<T extends object, Name extends keyof T>(target: T, name: Name): ObjectAt<T, Name> {
  const value: unknown = target[name];
  if (typeof value === 'object' && value !== null) return value as ObjectAt<T, Name>;
  const made = {} as ObjectAt<T, Name>;
  target[name] = made as T[Name];
  return made;
}

/** The object in a field, if there is one. */
export function existing<T extends object, Name extends keyof T>(
  target: T | undefined,
  name: Name,
): ObjectAt<T, Name> | undefined {
  const value: unknown = target?.[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ObjectAt<T, Name>)
    : undefined;
}

/** The objects in the list in a field, none where it is absent. */
export function items<T extends object, Name extends keyof T>(
  target: T | undefined,
  name: Name,
): ItemAt<T, Name>[] {
  const value: unknown = target?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
