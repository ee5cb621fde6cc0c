import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notFound, type StatusError } from '../../../api-errors/status-error.ts';
import type { Authorizer } from '../../../authorization/authorizer.ts';
import { admissionForbidden, type AdmissionAttributes } from '../../attributes.ts';
import { objectFinder } from '../../find-object.ts';
import type { PluginDependencies } from '../../plugin.ts';

/**
 * Reads an object of another resource; throws NotFound in the words of client-go's listers (`pod "a" not
 * found`).
 */
export type ReadObject = (
  resource: { group: string; resource: string; singular: string },
  namespace: string,
  name: string,
) => Promise<KubeObject>;

/** A write of a node, to be judged. */
export interface NodeRequest {
  /** The node that requests it. */
  readonly node: string;
  readonly attributes: AdmissionAttributes;
  readonly read: ReadObject;
  readonly authorizer: Authorizer;
}

export const pods = { group: '', resource: 'pods', singular: 'pod' };
export const nodes = { group: '', resource: 'nodes', singular: 'node' };

/** Reads from the cache first, and again from the store what the cache does not have yet. */
export function objectReader(storageOf: PluginDependencies['storageOf']): ReadObject {
  return async ({ group, resource, singular }, namespace, name) => {
    const found =
      name === '' ? undefined : await objectFinder(storageOf, { group, resource })(namespace, name);
    if (found === undefined) throw notFound({ group, resource: singular }, name);
    return found as KubeObject;
  };
}

/** The 403 of this request. */
export function refuse({ attributes }: NodeRequest, message: string): StatusError {
  return admissionForbidden(attributes, message);
}

/** As Go's `%q` writes a name. */
export const quoted = (text: string): string => goQuote(text);
