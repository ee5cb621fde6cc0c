import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { internalError } from '../../../api-errors/status-error.ts';
import { applyJsonPatch } from '../../../json/json-patch.ts';
import { copyJson, type JsonObject } from '../../../json/json-value.ts';
import { PatchError } from '../../../json/patch-error.ts';
import { mergeApplied } from '../../../registry/resource-types/merge-applied.ts';
import { DecodeError } from '../../../registry/resource-types/object-codec.ts';
import type { ResourceTypes } from '../../../registry/resource-types/resource-types.ts';
import { MutationError, type WantedPatch } from './policy-mutator.ts';

/** The object that is changed, and its type. */
export interface PatchTarget {
  readonly object: KubeObject;
  readonly gvk: GroupVersionKind;
  readonly types: ResourceTypes;
  /** Of the request. */
  readonly requestKind: GroupVersionKind;
  /** The kind is in the OpenAPI document of its version, where kube-apiserver looks for schemas. */
  readonly isPublished: boolean;
}

/**
 * The object with a patch applied, with its defaults; the object itself stays as it is. Throws
 * MutationErrors, and a StatusError (500) for a JSON patch whose result cannot be read (Kubernetes:
 * `mutating/patch`).
 */
export function patchedObject(target: PatchTarget, patch: WantedPatch): KubeObject {
  const object =
    patch.type === 'JSONPatch' ? byJsonPatch(target, patch.operations) : byApplying(target, patch.document);
  const { gvk, requestKind, types } = target;
  if (types.codec.unstructured !== true && apiVersionOf(gvk) !== apiVersionOf(requestKind)) {
    // kube-apiserver cannot do it either: it lacks the way over its internal type.
    throw new MutationError(unknownConversion(gvk, `${requestKind.version}.${requestKind.kind}`));
  }
  if (object !== target.object) types.applyDefaults(object);
  return object;
}

function unknownConversion({ version, kind }: GroupVersionKind, to: string): string {
  return `converting (${version}.${kind}) to (${to}): unknown conversion`;
}

function listed(problems: readonly string[]): string {
  return problems.length === 1 ? problems[0]! : `errors:\n${problems.map((each) => `  ${each}`).join('\n')}`;
}

function byApplying({ object, gvk, types, isPublished }: PatchTarget, document: JsonObject): KubeObject {
  const { own } = types.versions;
  const applied = { ...document, apiVersion: apiVersionOf(gvk), kind: gvk.kind };
  const fail = (why: string) => new MutationError(`error applying patch: ${why}`);
  const noPatch = (why: string) => fail(`failed to convert patch object to typed object: ${why}`);
  if (!isPublished) throw noPatch(`no corresponding type for ${printKind(gvk)}`);
  const problems = own.problems(applied);
  if (problems.length > 0) throw noPatch(listed(problems));
  const atomics = own.atomics(applied);
  if (atomics.length > 0) {
    const what = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
    throw fail(`invalid ApplyConfiguration: ${what}`);
  }
  if (types.codec.unstructured === true) {
    const before = own.problems(object as unknown as JsonObject).filter((each) => !isDuplicate(each));
    if (before.length > 0) {
      throw fail(`failed to convert original object to typed object: ${listed(before)}`);
    }
  }
  const merged = mergeApplied(own.plan, object, applied) as JsonObject;
  if (types.codec.unstructured === true) return copyJson(merged) as unknown as KubeObject;
  try {
    return types.codec.decode({ value: merged, gvk, strict: false, unstructured: true }).object;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new MutationError(`unable to convert unstructured object to ${printKind(gvk)}: ${error.message}`);
  }
}

const isDuplicate = (problem: string) => problem.includes(': duplicate entries for key ');

/** `apps/v1, Kind=Deployment`, `/v1, Kind=Pod` */
function printKind({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

function byJsonPatch(
  { object, gvk, types }: PatchTarget,
  operations: Parameters<typeof applyJsonPatch>[1],
): KubeObject {
  let patched: JsonObject;
  try {
    patched = applyJsonPatch(object as unknown as JsonObject, operations);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    // A test that fails means that the patch is not wanted.
    if (error.message.endsWith(': test failed')) return object;
    throw new MutationError(`JSON Patch: ${error.message}`);
  }
  if (types.codec.unstructured === true) return patched as unknown as KubeObject;
  ensureSameKind(patched, gvk, types);
  try {
    const { object: decoded, strictErrors } = types.codec.decode({ value: patched, gvk, strict: true });
    if (strictErrors.length === 0) return decoded;
    throw internalError(`strict decoding error: ${strictErrors.join(', ')}`);
  } catch (error) {
    throw error instanceof DecodeError ? internalError(error.message) : error;
  }
}

/** A patch may make another kind of an object, which is then nothing that could be stored. */
function ensureSameKind(patched: JsonObject, gvk: GroupVersionKind, { codec }: ResourceTypes): void {
  const textOf = (value: unknown, otherwise: string) =>
    typeof value === 'string' && value !== '' ? value : otherwise;
  const apiVersion = textOf(patched['apiVersion'], apiVersionOf(gvk));
  const kind = textOf(patched['kind'], gvk.kind);
  if (apiVersion === apiVersionOf(gvk) && kind === gvk.kind) return;
  const other = { ...groupVersionOf(apiVersion), kind };
  if (!codec.knows(other)) {
    throw internalError(
      `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const internal = `${gvk.group === '' ? 'core' : gvk.group.split('.', 1)[0]!}.${gvk.kind}`;
  throw internalError(`failed to convert object: ${unknownConversion(other, internal)}`);
}
