import { StatusError } from '../../api-errors/status-error.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { StructPlan } from './type-plan.ts';

/** A version of a kind in which fields may be owned. */
export interface Version {
  readonly apiVersion: string;
  readonly plan: StructPlan;
  /** Fields have the same names and shapes as in the version that the endpoint serves. */
  readonly sameStructure: boolean;
  /**
   * From objects of the served version, as Go would print them, to ones of this version. A promise where
   * somebody else is asked; it rejects, and a conversion that needs nobody throws, with a StatusError (500)
   * in kube-apiserver's words.
   */
  to(objects: readonly JsonObject[]): Converted;
  /** Back to the served version. */
  from(objects: readonly JsonObject[]): Converted;
  /** A document in this version as Go would print it once it had read it. Throws ConformError. */
  printed(document: JsonObject): JsonObject;
  /**
   * What keeps a document from being of this version: unknown fields, values of other types, items without a
   * key, items that are twice in a set or a list with keys. Empty: nothing.
   */
  problems(document: JsonObject): readonly string[];
  /** The paths of objects and lists of a document that are owned as wholes. */
  atomics(document: JsonObject): readonly string[];
  /**
   * Throws a StatusError (500) for what came out of a conversion and has fields that the version lacks.
   * Absent: Go's types drop them.
   */
  ensureTyped?(document: JsonObject): void;
}

/** Objects in another version, in their order; a promise where somebody else converts. */
export type Converted = readonly JsonObject[] | Promise<readonly JsonObject[]>;

/** The versions of a kind, as an endpoint sees them that serves one of them. */
export interface Versions {
  /** The version that the endpoint serves. */
  readonly own: Version;
  /** Undefined: not a version of the kind. */
  find(apiVersion: string | undefined): Version | undefined;
  /**
   * What an object cannot be converted to a version for that the kind does not have. Absent: what is owned in
   * such a version is owned no more.
   */
  missing?(apiVersion: string | undefined): Error;
}

/** Problems as one message (Kubernetes: `typed.ValidationErrors`). */
export function problemText(problems: readonly string[]): string {
  if (problems.length === 1) return problems.join('');
  return `errors:\n${problems.map((each) => `  ${each}`).join('\n')}`;
}

/** An object, and the version that it is in. */
export interface VersionedObject {
  readonly version: Version;
  readonly object: JsonObject;
}

/**
 * The object in another version, as Go's types hold it there; in its own version it stays as it was written
 * (Kubernetes: `managedfields/internal/versionconverter.go`). Rejects with a StatusError (500) where it
 * cannot be converted.
 */
export async function inVersion(value: VersionedObject, version: Version): Promise<VersionedObject> {
  if (value.version === version) return value;
  const [served] = await value.version.from([value.version.printed(value.object)]);
  const [other] = await version.to([served!]);
  const object = version.printed(other!);
  version.ensureTyped?.(object);
  return { version, object };
}

/** A conversion; where it fails, the StatusError (500) says for what it was made. */
export async function explained<T>(purpose: string, conversion: Promise<T>): Promise<T> {
  try {
    return await conversion;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError(500, undefined, `${purpose}: ${error.message}`);
  }
}
