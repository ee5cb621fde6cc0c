import type {
  V1AppArmorProfile,
  V1PodSecurityContext,
  V1PodSpec,
  V1SeccompProfile,
  V1SecurityContext,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { descendingPath } from '../../fields/paths.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';
import { validateWindowsOptions } from './windows-options.ts';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const maxId = 2147483647;
const maxProfileBytes = 4095;

function validateId(field: string, id: number | undefined): FieldError[] {
  return id !== undefined && (id < 0 || id > maxId)
    ? [invalidValue(field, id, `must be between 0 and ${maxId}, inclusive`)]
    : [];
}

function validateSeccomp(profile: V1SeccompProfile | undefined, field: string): FieldError[] {
  if (profile === undefined) return [];
  const { type, localhostProfile } = profile;
  const findings: FieldError[] = [];
  if (!type) findings.push(required(`${field}.type`, 'type is required when seccompProfile is set'));
  else if (!profileTypes.includes(type)) findings.push(notSupported(`${field}.type`, type, profileTypes));
  const path = `${field}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      const value = goValue('core.v1.SeccompProfile', profile);
      findings.push(invalidValue(path, value, 'can only be set when seccomp type is Localhost'));
    }
  } else if (localhostProfile === undefined) {
    findings.push(required(path, 'must be set when seccomp type is Localhost'));
  } else findings.push(...descendingPath(localhostProfile, path));
  return findings;
}

/** An AppArmor profile (Kubernetes: `core/validation.ValidateAppArmorProfileField`). */
export function validateAppArmor(profile: V1AppArmorProfile | undefined, field: string): FieldError[] {
  if (profile === undefined) return [];
  const { type, localhostProfile } = profile;
  const path = `${field}.localhostProfile`;
  if (!type) return [required(`${field}.type`, 'type is required when appArmorProfile is set')];
  if (!profileTypes.includes(type)) return [notSupported(`${field}.type`, type, profileTypes)];
  if (type !== 'Localhost') {
    return localhostProfile === undefined
      ? []
      : [invalidValue(path, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  }
  const text = localhostProfile ?? '';
  const findings: FieldError[] = [];
  if (text !== text.trim()) findings.push(invalidValue(path, text, 'must not be padded with whitespace'));
  else if (text === '') findings.push(required(path, 'must be set when AppArmor type is Localhost'));
  if (Buffer.byteLength(text) > maxProfileBytes) findings.push(tooLong(path, maxProfileBytes));
  return findings;
}

/** What one container may do (Kubernetes: `core/validation.ValidateSecurityContext`). */
export function validateSecurityContext(
  context: V1SecurityContext | undefined,
  field: string,
  hostUsers: boolean,
): FieldError[] {
  if (context === undefined) return [];
  const { procMount, privileged, capabilities } = context;
  const findings = [
    ...validateId(`${field}.runAsUser`, context.runAsUser),
    ...validateId(`${field}.runAsGroup`, context.runAsGroup),
    ...oneOfIfSet(`${field}.procMount`, procMount, ['Default', 'Unmasked']),
  ];
  if (hostUsers && procMount === 'Unmasked') {
    findings.push(
      invalidValue(`${field}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'),
    );
  }
  findings.push(...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`));
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string) =>
      findings.push(
        invalidValue(
          field,
          goValue('core.v1.SecurityContext', context),
          `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
        ),
      );
    if (privileged === true) refuse('`privileged` to true');
    if ((capabilities?.add ?? []).includes('CAP_SYS_ADMIN')) refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return [
    ...findings,
    ...validateWindowsOptions(context.windowsOptions, `${field}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`),
  ];
}

const sysctlPattern = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlName = new RegExp(`^${sysctlPattern}$`);
const ipcSysctls = /^(kernel\.(sem|shm|msg)|fs\.mqueue\.)/;

function validateSysctls(spec: V1PodSpec, field: string): FieldError[] {
  const names = new Set<string>();
  return each(spec.securityContext?.sysctls, field, ({ name = '' }, path) => {
    const findings: FieldError[] = [];
    if (name === '') findings.push(required(`${path}.name`));
    else if (name.length > 253 || !sysctlName.test(name)) {
      findings.push(
        invalidValue(
          `${path}.name`,
          name,
          `must have at most 253 characters and match regex ^${sysctlPattern}$`,
        ),
      );
    } else if (names.has(name)) findings.push(duplicate(`${path}.name`, name));
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) {
      findings.push(invalidValue(`${path}.name`, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC === true && ipcSysctls.test(dotted)) {
      findings.push(invalidValue(`${path}.name`, name, "may not be specified when 'hostIPC' is true"));
    }
    names.add(name);
    return findings;
  });
}

/**
 * What all containers of a Pod share; `old` is what they shared before (Kubernetes:
 * `core/validation.validatePodSpecSecurityContext`).
 */
export function validatePodSecurityContext(
  spec: V1PodSpec,
  field: string,
  old?: V1PodSecurityContext,
): FieldError[] {
  const context: V1PodSecurityContext | undefined = spec.securityContext;
  if (context === undefined) return [];
  const findings = [
    ...validateId(`${field}.fsGroup`, context.fsGroup),
    ...validateId(`${field}.runAsUser`, context.runAsUser),
    ...validateId(`${field}.runAsGroup`, context.runAsGroup),
    ...each(context.supplementalGroups, `${field}.supplementalGroups`, (id, path) => validateId(path, id)),
  ];
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    findings.push(
      invalidValue(
        `${field}.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  }
  return [
    ...findings,
    ...validateSysctls(spec, `${field}.sysctls`),
    ...oneOfIfSet(`${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`),
    ...validateWindowsOptions(context.windowsOptions, `${field}.windowsOptions`),
    ...validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`),
    ...oneOfIfSet(`${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...oneOfIfSet(`${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, changePolicies(old)),
  ];
}

/** The feature `SELinuxMount` is off: a policy other than the usual one needs one that was there. */
function changePolicies(old: V1PodSecurityContext | undefined): string[] {
  const inUse = old?.seLinuxChangePolicy !== undefined && old.seLinuxChangePolicy !== null;
  return inUse ? ['MountOption', 'Recursive'] : ['Recursive'];
}

/** A Pod with users of its own shares no namespace of its host. */
export function validateHostUsers(spec: V1PodSpec, field: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const names = { hostNetwork: 'hostNetwork', hostPID: 'HostPID', hostIPC: 'HostIPC' } as const;
  return (['hostNetwork', 'hostPID', 'hostIPC'] as const)
    .filter((name) => spec[name] === true)
    .map((name) => forbiddenField(`${field}.${names[name]}`, 'when `hostUsers` is false'));
}
