import type { V1AppArmorProfile } from '@pg8s/k8s-proto/generated/models';
import { validateAppArmor } from '../../pod-template/security/security-context.ts';
import type { Pod } from './pod.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

function profileOf(annotation: string): V1AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!annotation.startsWith('localhost/')) return undefined;
  const profile: V1AppArmorProfile = {
    type: 'Localhost',
    localhostProfile: annotation.slice('localhost/'.length),
  };
  return validateAppArmor(profile, '').length === 0 ? profile : undefined;
}

/**
 * AppArmor profiles were annotations of the Pod before there were fields of containers: copies those that
 * are valid and other than the Pod's own into the fields, and gives the warnings about them (Kubernetes:
 * `applyAppArmorVersionSkew` of `registry/core/pod/strategy.go`).
 */
export function copyAppArmorAnnotations({ metadata, spec }: Pod): string[] {
  if (spec.os?.name === 'windows') return [];
  const annotations = metadata.annotations ?? {};
  const own = spec.securityContext?.appArmorProfile;
  const warnings: string[] = [];
  const containers = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  for (const container of containers) {
    const key = prefix + container.name;
    const { securityContext } = container;
    if (!Object.hasOwn(annotations, key) || securityContext?.appArmorProfile != null) continue;
    const profile = profileOf(annotations[key] ?? '');
    const isSame =
      profile !== undefined &&
      profile.type === own?.type &&
      (profile.localhostProfile ?? '') === (own.localhostProfile ?? '');
    if (isSame) continue;
    if (profile !== undefined) container.securityContext = { ...securityContext, appArmorProfile: profile };
    warnings.push(
      `metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
    );
  }
  return warnings;
}
