import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { timestamp } from './generic/timestamp.ts';

/** The manager of what the server writes for itself, where a part of it has no name of its own. */
export const serverManager = 'kube-apiserver';

/** Something that the server writes without a request. */
export interface ServerWrite {
  resource: Pick<ResourceInfo, 'name'>;
  /** Default: the object itself. */
  subresource?: string;
  /** What is stored; undefined: nothing yet. */
  current: KubeObject | undefined;
  /** What is to be stored, with its defaults. Its `managedFields` are set. */
  object: KubeObject;
  /** Default `kube-apiserver`. */
  manager?: string;
}

/**
 * Records who owns the fields of what the server writes, as for any client: kube-apiserver writes through its
 * own API.
 */
export type TrackServerWrite = (write: ServerWrite) => void;

/** Fields that a part of the server applied to an object's status. */
export interface AppliedStatus {
  manager: string;
  /** As in `managedFields`. */
  fields: Readonly<Record<string, unknown>>;
  nowMs: number;
}

/** The object with the owner of fields of its status that a part of the server applied. */
export function withAppliedStatus(object: KubeObject, { manager, fields, nowMs }: AppliedStatus): KubeObject {
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion: object.apiVersion,
    time: timestamp(nowMs),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:status': fields },
    subresource: 'status',
  };
  const others = (object.metadata.managedFields ?? []).filter(
    (other) => other.manager !== manager || other.operation !== 'Apply',
  );
  return { ...object, metadata: { ...object.metadata, managedFields: [entry, ...others] } };
}

/** The fields of a condition that somebody applied. */
export function conditionFields(type: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = Object.fromEntries([...names].sort().map((name) => [`f:${name}`, {}]));
  return { 'f:conditions': { [`k:${JSON.stringify({ type })}`]: { '.': {}, ...fields } } };
}
