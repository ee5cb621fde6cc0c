import type { V1PodSpec, V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import { containersOf } from '../pod-containers.ts';

type Account = DeepReadonly<V1ServiceAccount>;

const annotation = 'kubernetes.io/enforce-mountable-secrets';

/** As Go's `strconv.ParseBool` reads them. */
const trueTexts: ReadonlySet<string | undefined> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Whether Pods of an account may only use the Secrets that the account names. */
export function enforcesSecrets({ metadata }: Account): boolean {
  return trueTexts.has(metadata?.annotations?.[annotation]);
}

const sorts = {
  initContainers: 'init container',
  containers: 'container',
  ephemeralContainers: 'ephemeral container',
} as const;

/** The first use of a Secret in an environment that the account does not name, in kube-apiserver's words. */
export function foreignSecretInContainers(
  spec: V1PodSpec,
  account: Account,
  lists: readonly (keyof typeof sorts)[],
): string | undefined {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name ?? ''));
  const because = (secret: string): string =>
    `referencing secret.secretName="${secret}" is not allowed because service account ` +
    `${account.metadata?.name} does not reference that secret`;
  for (const list of lists) {
    for (const { container } of containersOf(spec, [list])) {
      for (const { name, valueFrom } of container.env ?? []) {
        const secret = valueFrom?.secretKeyRef;
        if (secret && !allowed.has(secret.name ?? ''))
          return `${sorts[list]} ${container.name} with envVar ${name} ${because(secret.name ?? '')}`;
      }
      for (const { secretRef } of container.envFrom ?? []) {
        if (secretRef && !allowed.has(secretRef.name ?? ''))
          return `${sorts[list]} ${container.name} with envFrom ${because(secretRef.name ?? '')}`;
      }
    }
  }
  return undefined;
}

/** The first Secret that a new Pod uses and the account does not name, in kube-apiserver's words. */
export function foreignSecret(spec: V1PodSpec, account: Account): string | undefined {
  const name = account.metadata?.name;
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name ?? ''));
  for (const { secret } of spec.volumes ?? []) {
    if (secret && !mountable.has(secret.secretName ?? ''))
      return (
        `volume with secret.secretName="${secret.secretName ?? ''}" is not allowed because service account ` +
        `${name} does not reference that secret`
      );
  }
  const inContainers = foreignSecretInContainers(spec, account, ['initContainers', 'containers']);
  if (inContainers !== undefined) return inContainers;
  const pulling = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name ?? ''));
  for (const [index, secret] of (spec.imagePullSecrets ?? []).entries()) {
    if (!pulling.has(secret.name ?? ''))
      return (
        `imagePullSecrets[${index}].name="${secret.name ?? ''}" is not allowed because service account ` +
        `${name} does not reference that imagePullSecret`
      );
  }
  return undefined;
}
