import type { CelType, ObjectDeclaration, TypeProvider } from './types.ts';

/** An object type with these fields. */
export function declareObject(name: string, fields: Readonly<Record<string, CelType>>): ObjectDeclaration {
  const types = new Map(Object.entries(fields));
  return { name, field: (field) => types.get(field) };
}

/** Finds these object types. */
export function providerOf(...objects: ObjectDeclaration[]): TypeProvider {
  const byName = new Map(objects.map((object) => [object.name, object]));
  return { findObject: (name) => byName.get(name) };
}
