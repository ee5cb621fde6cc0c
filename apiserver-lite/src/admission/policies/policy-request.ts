import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Authorizer } from '../../authorization/authorizer.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import type { EquivalentResources } from '../matching/equivalent-resources.ts';
import { ExpressionVariables } from '../matching/expression-variables.ts';
import type { Namespaces } from '../matching/namespaces.ts';
import type { RequestMatch } from '../matching/request-matcher.ts';

/** The objects of a request in the version that a policy is about. */
export interface VersionedObjects {
  readonly match: RequestMatch;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** Converts the objects of a request. Rejects with what keeps them from being converted. */
export async function versionedObjects(
  attributes: AdmissionAttributes,
  match: RequestMatch,
  equivalents: EquivalentResources,
): Promise<VersionedObjects> {
  const convert = async (object: KubeObject | undefined) =>
    object === undefined ? undefined : equivalents.convert(object, attributes, match.kind);
  return {
    match,
    oldObject: await convert(attributes.oldObject),
    object: await convert(attributes.object),
  };
}

/**
 * The namespace that a request is in; undefined for cluster-scoped objects, Namespaces among them. Rejects
 * with a 404.
 */
export async function namespaceOfRequest(
  { kind, namespace }: AdmissionAttributes,
  namespaces: Namespaces,
): Promise<DeepReadonly<V1Namespace & KubeObject> | undefined> {
  const isNamespace = kind.group === '' && kind.version === 'v1' && kind.kind === 'Namespace';
  return namespace === '' || isNamespace ? undefined : namespaces.get(namespace);
}

/** What the expressions of one policy are evaluated with. */
export interface PolicyInput extends VersionedObjects {
  readonly attributes: AdmissionAttributes;
  readonly params: unknown;
  readonly namespace: DeepReadonly<V1Namespace & KubeObject> | undefined;
}

/** Variables for validations and mutations; without an authorizer for expressions that may not ask one. */
export function policyVariables(input: PolicyInput, authorizer: Authorizer | undefined): ExpressionVariables {
  return new ExpressionVariables({ ...input, isResourceMatched: true, authorizer });
}

/** Variables for match conditions: they see no namespace, and the request's own resource. */
export function conditionVariables(input: PolicyInput, authorizer: Authorizer): ExpressionVariables {
  return new ExpressionVariables({ ...input, namespace: undefined, authorizer });
}
