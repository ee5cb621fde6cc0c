import type { Rest } from '../../registry/rest.ts';
import { leaf, type FieldSet } from './field-set.ts';

/** What a write to an endpoint cannot make anybody own. */
export interface ResetFields {
  /** Set back to what is stored, with all that is below. */
  readonly reset: FieldSet;
  /** Left out of comparisons, with all that is below: what is reset, and what nobody owns on any kind. */
  readonly skip: FieldSet;
}

/**
 * What nobody owns, on no kind; the fields themselves, not what is below them (Kubernetes:
 * `managedfields/internal/stripmeta.go`).
 */
export const strippedFields: FieldSet = setOf([
  'apiVersion',
  'kind',
  'metadata',
  'metadata.name',
  'metadata.namespace',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.uid',
  'metadata.clusterName',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.resourceVersion',
]);

const { '.': _metadata, ...serverFields } = strippedFields['f:metadata']!;
/** Of what is stripped, what never has to be compared. */
const neverCompared: FieldSet = { 'f:apiVersion': leaf, 'f:kind': leaf, 'f:metadata': serverFields };

const cache = new WeakMap<Rest, ResetFields>();

/**
 * The fields that writes to `rest` do not change whatever the request says (Kubernetes: each strategy's
 * `GetResetFields`).
 */
export function resetFieldsOf(rest: Rest): ResetFields {
  let fields = cache.get(rest);
  if (fields === undefined) {
    const reset = rest.resetFields ?? usuallyReset(rest);
    fields = { reset: setOf(reset), skip: withPaths(neverCompared, reset) };
    cache.set(rest, fields);
  }
  return fields;
}

/** The status is written at its own endpoint, and nothing but the status there. */
function usuallyReset({ resource, subresource }: Rest): readonly string[] {
  if (subresource?.name === 'status') return ['spec'];
  const hasStatus = resource.subresources.some(({ name }) => name === 'status');
  return subresource === undefined && hasStatus ? ['status'] : [];
}

function setOf(paths: readonly string[]): FieldSet {
  return withPaths({}, paths);
}

/**
 * A path that is given with all below it swallows what was known below it; one that comes first keeps what
 * follows.
 */
function withPaths(set: FieldSet, paths: readonly string[]): FieldSet {
  let all = set;
  for (const path of paths) all = withPath(all, path.split('.'));
  return all;
}

function withPath(set: FieldSet, [name, ...rest]: readonly string[]): FieldSet {
  const element = `f:${name}`;
  const below = set[element];
  const next =
    rest.length > 0
      ? withPath(below === undefined ? {} : isLeafNode(below) ? { '.': leaf } : below, rest)
      : below === undefined || isLeafNode(below)
        ? leaf
        : { '.': leaf, ...below };
  return { ...set, [element]: next };
}

function isLeafNode(node: FieldSet): boolean {
  return Object.keys(node).length === 0;
}
