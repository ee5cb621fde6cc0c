import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isJsonObject, type JsonObject } from '../patch/json-value.ts';
import { compareObjects, type Ignored } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import { fieldSetOf } from './merge-applied.ts';
import type { StructPlan } from './type-plan.ts';

/** Where `kubectl apply` keeps what it applied from the client's side. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The only manager for which the annotation counts: somebody who moves from client-side to server-side apply. */
const upgradingManager = 'kubectl';

/** Annotations of an object may not be longer than this in sum. */
const maxAnnotationBytes = 256 * 1024;

/**
 * The fields that a client-side `kubectl apply` set and that still have its values: kubectl may take them from whoever
 * owns them (Kubernetes: `managedfields/internal/lastappliedmanager.go`).
 */
export function fieldsOfLastApplied(
  current: KubeObject | undefined,
  { manager, plan, ignored }: { manager: string; plan: StructPlan; ignored: Ignored },
): FieldSet | undefined {
  const text = current?.metadata.annotations?.[annotation];
  if (manager !== upgradingManager || current === undefined || text === undefined) return undefined;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(applied)) return undefined;
  const { changed, removed } = compareObjects(plan, applied, current, ignored);
  return difference(difference(fieldSetOf(plan, applied), changed), removed);
}

/** Keeps the annotation, where there is one, in step with what kubectl applies on the server's side. */
export function syncLastApplied(object: KubeObject, applied: JsonObject, manager: string): void {
  const { annotations } = object.metadata;
  if (manager !== upgradingManager || annotations?.[annotation] === undefined) return;
  const text = `${JSON.stringify(sorted(withoutAnnotation(applied)))}\n`;
  const next = { ...annotations, [annotation]: text };
  if (Buffer.byteLength(Object.values(next).join('')) > maxAnnotationBytes) next[annotation] = '';
  object.metadata.annotations = next;
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const { metadata } = applied;
  if (!isJsonObject(metadata) || !isJsonObject(metadata['annotations'])) return applied;
  const { [annotation]: _own, ...annotations } = metadata['annotations'];
  return { ...applied, metadata: { ...metadata, annotations } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
