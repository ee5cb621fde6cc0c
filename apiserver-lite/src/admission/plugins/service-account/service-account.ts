import type { V1Pod, V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { podReferences } from '../../../authorization/node/pod-references.ts';
import { StatusError } from '../../../api-errors/status-error.ts';
import type { Clock } from '../../../storage/clock.ts';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../../attributes.ts';
import { objectFinder } from '../../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { mirrorAnnotation } from '../node-restriction/mirror-pods.ts';
import { enforcesSecrets, foreignSecret, foreignSecretInContainers } from './mountable-secrets.ts';
import { mountToken } from './token-volume.ts';

type Account = DeepReadonly<V1ServiceAccount & KubeObject>;

const defaultAccount = 'default';

/** The controller that makes the default account of a new namespace gets a second or two. */
const defaultAttempts = 10;

function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/**
 * Gives every Pod an account, the account's token and pull secrets, and keeps it to the Secrets that the
 * account may use (Kubernetes: `plugin/pkg/admission/serviceaccount`).
 */
export function serviceAccount({
  storageOf,
  clock,
  random,
}: Pick<PluginDependencies, 'storageOf' | 'clock' | 'random'>): AdmissionPlugin {
  const find = objectFinder<V1ServiceAccount & KubeObject>(storageOf, {
    group: '',
    resource: 'serviceaccounts',
  });

  async function accountOf(attributes: AdmissionAttributes, name: string): Promise<Account> {
    const { namespace } = attributes;
    const attempts = name === defaultAccount ? defaultAttempts : 1;
    const intervalMs = 100 + Math.floor(random() * 100);
    for (let attempt = 1; ; attempt++) {
      const account = await find(namespace, name);
      if (account !== undefined) return account;
      if (attempt === attempts) break;
      await wait(clock, intervalMs);
    }
    throw admissionForbidden(
      attributes,
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }

  async function requiredAccount(attributes: AdmissionAttributes, pod: V1Pod): Promise<Account> {
    const name = pod.spec?.serviceAccountName;
    if (name) return accountOf(attributes, name);
    const { namespace } = attributes;
    throw admissionForbidden(
      attributes,
      `no service account specified for pod ${namespace}/${pod.metadata?.name ?? ''}`,
    );
  }

  async function validate(attributes: AdmissionAttributes): Promise<void> {
    const pod = attributes.object as unknown as V1Pod;
    if (attributes.operation === 'UPDATE') {
      if (!concerns(attributes, '', 'pods', 'ephemeralcontainers')) return;
      const account = await requiredAccount(attributes, pod);
      if (!enforcesSecrets(account) || !pod.spec) return;
      const foreign = foreignSecretInContainers(pod.spec, account, ['ephemeralContainers']);
      // The stock plugin answers with an error that has no status of its own.
      if (foreign !== undefined) throw new StatusError(500, undefined, foreign);
      return;
    }
    if (!isPodOrPart(attributes)) return;
    if (isMirror(pod)) {
      refuse(attributes, mirrorFault(pod));
      return;
    }
    const account = await requiredAccount(attributes, pod);
    if (pod.spec && enforcesSecrets(account)) refuse(attributes, foreignSecret(pod.spec, account));
  }

  return {
    operations: ['CREATE', 'UPDATE'],
    async admit(attributes) {
      if (attributes.operation !== 'CREATE' || !isPodOrPart(attributes)) return;
      const pod = attributes.object as unknown as V1Pod;
      const { spec } = pod;
      // A mirror Pod must stay as its kubelet made it, or it is made again and again.
      if (spec && !isMirror(pod)) {
        const name = spec.serviceAccountName || defaultAccount;
        // The old name of the field says the same as the new one.
        spec.serviceAccountName = name;
        spec.serviceAccount = name;
        const account = await accountOf(attributes, name);
        if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)
          mountToken(spec, random);
        const pullSecrets = account.imagePullSecrets ?? [];
        if ((spec.imagePullSecrets ?? []).length === 0 && pullSecrets.length > 0)
          spec.imagePullSecrets = pullSecrets.map(({ name: secret }) =>
            secret === undefined ? {} : { name: secret },
          );
      }
      await validate(attributes);
    },
    validate,
  };
}

function isPodOrPart(attributes: AdmissionAttributes): boolean {
  return concerns(attributes, '', 'pods') || concerns(attributes, '', 'pods', 'ephemeralcontainers');
}

function isMirror({ metadata }: V1Pod): boolean {
  return metadata?.annotations?.[mirrorAnnotation] !== undefined;
}

function refuse(attributes: AdmissionAttributes, why: string | undefined): void {
  if (why !== undefined) throw admissionForbidden(attributes, why);
}

/** What a mirror Pod must not name: its node could read it then. */
function mirrorFault(pod: V1Pod): string | undefined {
  if (pod.spec?.serviceAccountName) return 'a mirror pod may not reference service accounts';
  if (podReferences(pod).some(({ kind }) => kind === 'secrets'))
    return 'a mirror pod may not reference secrets';
  const usesToken = (pod.spec?.volumes ?? []).some(({ projected }) =>
    projected?.sources?.some((source) => source.serviceAccountToken),
  );
  return usesToken ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined;
}
