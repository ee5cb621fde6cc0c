import type { V1CSIDriver } from '@pg8s/k8s-proto/generated/models';
import { specOf } from '../../fields/spec-and-status.ts';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

/** Warns of token requests without a decision on Secrets. */
export const csiDriverWarnings: KindWarnings<V1CSIDriver> = (object, old) => {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = specOf(object);
  const isKnown = old !== undefined && isSame(tokenRequests, specOf(old).tokenRequests ?? []);
  if (tokenRequests.length === 0 || isKnown || typeof serviceAccountTokenInSecrets === 'boolean') return [];
  const advice =
    'if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  return [`spec.serviceAccountTokenInSecrets is unset; ${advice}`];
};
