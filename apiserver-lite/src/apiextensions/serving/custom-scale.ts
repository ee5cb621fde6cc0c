import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { badRequest, internalError, StatusError } from '../../api-errors/status-error.ts';
import type { ReplicasPath } from '../../registry/generic/scale-owners.ts';
import type { ScaleFields, ScaleNumbers } from '../../registry/generic/scale-rest.ts';
import { textAt, wholeNumberAt, type ScalePaths } from '../schema/scale-paths.ts';

/** Stands for replicas that were never set, as clients see it who change a Scale. */
const unset = -(2 ** 31);

const namesOf = (path: string): string[] => path.replace(/^\./, '').split('.');

/** The names of a path as the owned fields of an object have them. */
export function ownedPath(path: string): readonly string[] {
  return namesOf(path).map((name) => `f:${name}`);
}

/**
 * The Scale of custom objects, whose numbers stand where their definition says (apiextensions-apiserver:
 * `registry/customresource/etcd.go`).
 */
export function customScale(paths: ScalePaths, pathOf: ReplicasPath): ScaleFields {
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = '' } = paths;
  const numbers = (workload: KubeObject, missing: number): ScaleNumbers => {
    const object = workload as unknown as JsonObject;
    return {
      wanted: int32(found(wholeNumberAt(object, specReplicasPath)) ?? missing),
      present: int32(found(wholeNumberAt(object, statusReplicasPath)) ?? 0),
      selector: labelSelectorPath === '' ? '' : (found(textAt(object, labelSelectorPath)) ?? ''),
    };
  };
  return {
    read: (workload) => numbers(workload, 0),
    readForUpdate: (workload) => numbers(workload, unset),
    ensureReadable(workload) {
      const value = found(wholeNumberAt(workload as unknown as JsonObject, specReplicasPath));
      if (value !== undefined) return;
      throw internalError(
        new Error(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`),
      );
    },
    write(workload, _scale, replicas) {
      if (replicas === unset) {
        throw badRequest(`the spec replicas field ${JSON.stringify(specReplicasPath)} cannot be empty`);
      }
      setAt(workload as unknown as JsonObject, namesOf(specReplicasPath), replicas);
    },
    pathOf,
  };
}

/** What is at a path; throws where something else is there. */
function found<T>(result: { value: T | undefined } | { error: string }): T | undefined {
  if ('error' in result) throw new StatusError(500, undefined, result.error);
  return result.value;
}

/** As Go converts an int64. */
function int32(value: number | bigint): number {
  return Number(BigInt.asIntN(32, BigInt(value)));
}

function setAt(object: JsonObject, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) return setJsonField(object, first, value);
  let inner = ownValue(object, first);
  if (inner === undefined) {
    inner = {};
    setJsonField(object, first, inner);
  }
  if (!isJsonObject(inner)) {
    throw new StatusError(500, undefined, 'value cannot be set because it is not a map[string]interface{}');
  }
  setAt(inner, rest, value);
}
