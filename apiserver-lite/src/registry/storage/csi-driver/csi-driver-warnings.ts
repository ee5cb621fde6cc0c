import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isSame } from '../../generic/copy-object.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

interface DriverSpec {
  tokenRequests: unknown[];
  serviceAccountTokenInSecrets: boolean | null;
}

/** Warns of token requests without a decision on Secrets. */
export const csiDriverWarnings: KindWarnings = (object, old) => {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = specOf<DriverSpec>(object);
  const isKnown = old !== undefined && isSame(tokenRequests, specOf<DriverSpec>(old).tokenRequests ?? []);
  if (tokenRequests.length === 0 || isKnown || typeof serviceAccountTokenInSecrets === 'boolean') return [];
  const advice =
    'if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';
  return [`spec.serviceAccountTokenInSecrets is unset; ${advice}`];
};
