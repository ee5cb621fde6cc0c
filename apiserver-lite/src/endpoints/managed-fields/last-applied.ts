import { goMapJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { compareObjects } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import type { Version } from '../../registry/resource-types/versions.ts';

/** Where `kubectl apply` keeps what it applied from the client's side. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The only manager for which the annotation counts: somebody who moves from client-side to server-side apply.
 */
const upgradingManager = 'kubectl';

/** Annotations of an object, names and values, may not be longer than this in sum. */
const maxAnnotationBytes = 256 * 1024;

/**
 * The fields that a client-side `kubectl apply` set and that still have its values: kubectl may take them
 * from their owners (Kubernetes: `managedfields/internal/lastappliedmanager.go`). `live` is the current
 * object as Go prints it.
 */
export function fieldsOfLastApplied(
  current: KubeObject | undefined,
  { manager, version, live }: { manager: string; version: Version; live: JsonObject },
): FieldSet | undefined {
  const text = current?.metadata.annotations?.[annotation];
  if (manager !== upgradingManager || text === undefined || text === '') return undefined;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(applied) || applied['apiVersion'] !== version.apiVersion) return undefined;
  if (version.problems(applied).length > 0) return undefined;
  const { changed, removed } = compareObjects(version.plan, applied, live, { asWritten: true });
  return difference(difference(fieldsOf(version.plan, applied), changed), removed);
}

/**
 * Keeps the annotation, where there is one, in step with what kubectl applies on the server's side; one that
 * gets too long goes (Kubernetes: `managedfields/internal/lastappliedupdater.go`).
 */
export function syncLastApplied(object: KubeObject, applied: JsonObject, manager: string): void {
  const { annotations } = object.metadata;
  if (manager !== upgradingManager || (annotations?.[annotation] ?? '') === '') return;
  const next: Record<string, string> = {
    ...annotations,
    [annotation]: `${goMapJson(withoutAnnotation(applied))}\n`,
  };
  const size = Object.entries(next).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > maxAnnotationBytes) delete next[annotation];
  object.metadata.annotations = next;
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const { metadata } = applied;
  if (!isJsonObject(metadata) || metadata['annotations'] === undefined) return applied;
  const { annotations: given, ...others } = metadata;
  if (!isJsonObject(given)) return { ...applied, metadata: others };
  const { [annotation]: _own, ...annotations } = given;
  return { ...applied, metadata: { ...others, annotations } };
}
