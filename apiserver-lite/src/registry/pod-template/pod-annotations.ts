import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1ObjectMeta, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { forbiddenField, invalidValue } from '../fields/field-errors.ts';
import { descendingPath } from '../fields/paths.ts';
import { visitContainers } from './operating-system.ts';

const mirror = 'kubernetes.io/config.mirror';
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const podSeccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmor = 'container.apparmor.security.beta.kubernetes.io/';

function validateSeccomp(profile: string, field: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
  if (profile.startsWith('localhost/')) return descendingPath(profile.slice('localhost/'.length), field);
  return [invalidValue(field, profile, 'must be a valid seccomp profile')];
}

const isInt32 = (text: string) => /^(-?[1-9]\d*|0)$/.test(text) && Math.abs(Number(text)) <= 2147483647;

/** Annotations that mean something to Pods (Kubernetes: `core/validation.ValidatePodSpecificAnnotations`). */
export function validatePodAnnotations(
  meta: V1ObjectMeta | undefined,
  spec: V1PodSpec | undefined,
  field: string,
): FieldError[] {
  const annotations = meta?.annotations ?? {};
  const findings: FieldError[] = [];
  const mirrored = annotations[mirror];
  if (mirrored !== undefined && !spec?.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    findings.push(invalidValue(`${field}[${mirror}]`, mirrored, detail));
  }
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isInt32(cost)) {
    findings.push(invalidValue(`${field}[${deletionCost}]`, cost, 'must be a 32bit integer'));
  }
  const containers = new Set(
    [spec?.initContainers, spec?.containers, spec?.ephemeralContainers].flatMap((list) =>
      (list ?? []).map(({ name }) => name),
    ),
  );
  for (const [key, value] of Object.entries(annotations)) {
    if (key === podSeccomp || key.startsWith(containerSeccomp)) {
      findings.push(...validateSeccomp(value, `${field}.${key}`));
    }
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.startsWith(appArmor)) continue;
    const name = key.slice(appArmor.length);
    if (!containers.has(name)) findings.push(invalidValue(`${field}[${key}]`, name, 'container not found'));
    if (
      value !== '' &&
      value !== 'runtime/default' &&
      value !== 'unconfined' &&
      !value.startsWith('localhost/')
    ) {
      const detail = `invalid AppArmor profile name: ${goQuote(value)}`;
      findings.push(invalidValue(`${field}[${key}]`, value, detail));
    }
  }
  return findings;
}

/** A mirror Pod stays one, and profiles stay what they were. */
export function validatePodAnnotationsUpdate(
  next: Record<string, string> | undefined,
  old: Record<string, string> | undefined,
): FieldError[] {
  const findings: FieldError[] = [];
  const watched = (key: string) => key === mirror || key.startsWith(appArmor);
  const what = (key: string) => (key === mirror ? 'mirror pod annotation' : 'AppArmor annotations');
  for (const [key, value] of Object.entries(old ?? {})) {
    if (!watched(key) || next?.[key] === value) continue;
    findings.push(forbiddenField(`metadata.annotations[${key}]`, `may not remove or update ${what(key)}`));
  }
  for (const key of Object.keys(next ?? {})) {
    if (!watched(key) || old?.[key] !== undefined) continue;
    findings.push(forbiddenField(`metadata.annotations[${key}]`, `may not add ${what(key)}`));
  }
  return findings;
}

interface Profile {
  type?: string;
  localhostProfile?: string;
}

/** What the old annotations call the types that have no file. */
const typeNames: Readonly<Record<string, readonly string[]>> = {
  Unconfined: ['unconfined'],
  RuntimeDefault: ['runtime/default', 'docker/default'],
};

interface Pair {
  profile: Profile | undefined | null;
  annotation: string | undefined;
  what: 'seccomp' | 'apparmor';
}

function validatePair({ profile, annotation, what }: Pair, field: string): FieldError[] {
  if (!profile || annotation === undefined) return [];
  const { type = '', localhostProfile = '' } = profile;
  const refuse = (name: string, part: string) => [
    forbiddenField(`${field}.${name}`, `${what} ${part} in annotation and field must match`),
  ];
  if (type !== 'Localhost') {
    const names = ownValue(typeNames, type);
    const known = names === undefined || names.slice(0, what === 'seccomp' ? 2 : 1).includes(annotation);
    return known ? [] : refuse('type', 'type');
  }
  if (!annotation.startsWith('localhost/')) return refuse('type', 'type');
  return annotation === `localhost/${localhostProfile}` ? [] : refuse('localhostProfile', 'profile');
}

/** Profiles that a new Pod, or a template, has as annotations and as fields are the same. */
export function validateProfileAnnotations(
  meta: V1ObjectMeta | undefined,
  spec: V1PodSpec | undefined,
  field: string,
): FieldError[] {
  if (!spec) return [];
  const annotations = meta?.annotations ?? {};
  const ofPod = (spec.securityContext ?? {}) as Record<string, Profile | undefined>;
  const seccompPath = `${field}.securityContext.seccompProfile`;
  const pod = { profile: ofPod['seccompProfile'], annotation: annotations[podSeccomp] };
  return [
    ...validatePair({ ...pod, what: 'seccomp' }, seccompPath),
    ...visitContainers(spec, field, ({ name, securityContext }, path) =>
      validatePair(
        {
          profile: securityContext?.seccompProfile,
          annotation: annotations[containerSeccomp + name],
          what: 'seccomp',
        },
        `${path}.securityContext.seccompProfile`,
      ),
    ),
    ...(spec.os?.name === 'windows'
      ? []
      : visitContainers(spec, field, ({ name, securityContext }, path) =>
          validatePair(
            {
              profile: securityContext?.appArmorProfile ?? ofPod['appArmorProfile'],
              annotation: annotations[appArmor + name],
              what: 'apparmor',
            },
            `${path}.securityContext.appArmorProfile`,
          ),
        )),
  ];
}
