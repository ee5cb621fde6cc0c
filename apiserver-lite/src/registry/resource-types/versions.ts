import type { JsonObject } from '../../json/json-value.ts';
import type { StructPlan } from './type-plan.ts';

/** A version of a kind in which fields may be owned. */
export interface Version {
  readonly apiVersion: string;
  readonly plan: StructPlan;
  /** Fields have the same names and shapes as in the version that the endpoint serves. */
  readonly sameStructure: boolean;
  /** From an object of the served version, as Go would print it, to one of this version. */
  to(object: JsonObject): JsonObject;
  /** Back to the served version. */
  from(object: JsonObject): JsonObject;
  /** A document in this version as Go would print it once it had read it. Throws ConformError. */
  printed(document: JsonObject): JsonObject;
  /**
   * What keeps a document from being of this version: unknown fields, values of other types, items without a
   * key, items that are twice in a set or a list with keys. Empty: nothing.
   */
  problems(document: JsonObject): readonly string[];
  /** The paths of objects and lists of a document that are owned as wholes. */
  atomics(document: JsonObject): readonly string[];
}

/** The versions of a kind, as an endpoint sees them that serves one of them. */
export interface Versions {
  /** The version that the endpoint serves. */
  readonly own: Version;
  /** Undefined: not a version of the kind; what is owned in it is owned no more. */
  find(apiVersion: string | undefined): Version | undefined;
}

/** An object, and the version that it is in. */
export interface VersionedObject {
  readonly version: Version;
  readonly object: JsonObject;
}

/**
 * The object in another version, as Go's types hold it there; in its own version it stays as it was written
 * (Kubernetes: `managedfields/internal/versionconverter.go`).
 */
export function inVersion(value: VersionedObject, version: Version): VersionedObject {
  if (value.version === version) return value;
  const served = value.version.from(value.version.printed(value.object));
  return { version, object: version.printed(version.to(served)) };
}
