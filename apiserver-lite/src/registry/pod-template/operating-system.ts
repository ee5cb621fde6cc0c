import type { V1Container, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { each } from '../fields/rules.ts';

type Fields = Record<string, unknown>;

const systems = ['linux', 'windows'];

/** What a container of Windows does not know, in the order of kube-apiserver's findings. */
const linuxContainerFields = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

/** The same of Pods; a name with a dot in front stands in the spec itself. */
const linuxPodFields = [
  'appArmorProfile',
  'seLinuxOptions',
  '.hostUsers',
  '.hostPID',
  '.hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  '.shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];

/** Containers of every sort, in the order in which they are visited. */
export function visitContainers(
  spec: V1PodSpec,
  field: string,
  rule: (container: V1Container, path: string) => readonly FieldError[],
): FieldError[] {
  return [
    ...each(spec.initContainers, `${field}.initContainers`, rule),
    ...each(spec.containers, `${field}.containers`, rule),
    ...each(spec.ephemeralContainers as V1Container[] | undefined, `${field}.ephemeralContainers`, rule),
  ];
}

const isSet = (value: unknown) => value !== undefined && value !== null;

function validateLinux(spec: V1PodSpec, field: string): FieldError[] {
  const detail = 'windows options cannot be set for a linux pod';
  const refuse = (context: { windowsOptions?: unknown } | undefined, path: string) =>
    isSet(context?.windowsOptions) ? [forbiddenField(`${path}.securityContext.windowsOptions`, detail)] : [];
  return [
    ...refuse(spec.securityContext, field),
    ...visitContainers(spec, field, ({ securityContext }, path) => refuse(securityContext, path)),
  ];
}

function validateWindows(spec: V1PodSpec, field: string): FieldError[] {
  const detail = 'cannot be set for a windows pod';
  const own = spec as unknown as Fields;
  const context = (spec.securityContext ?? {}) as Fields;
  const findings: FieldError[] = [];
  for (const name of linuxPodFields) {
    if (!name.startsWith('.')) {
      if (isSet(context[name])) findings.push(forbiddenField(`${field}.securityContext.${name}`, detail));
      continue;
    }
    const value = own[name.slice(1)];
    // The host's namespaces are plain booleans, of which false is nothing.
    const isSaid = name === '.hostPID' || name === '.hostIPC' ? value === true : isSet(value);
    if (isSaid) findings.push(forbiddenField(`${field}${name}`, detail));
  }
  return [
    ...findings,
    ...visitContainers(spec, field, ({ securityContext }, path) =>
      linuxContainerFields
        .filter((name) => isSet((securityContext as Fields | undefined)?.[name]))
        .map((name) => forbiddenField(`${path}.securityContext.${name}`, detail)),
    ),
  ];
}

/** A Pod that says its system has nothing of the other's (Kubernetes: `core/validation.validateOS`). */
export function validateSystem(spec: V1PodSpec, field: string): FieldError[] {
  if (!spec.os) return [];
  const { name } = spec.os;
  if (!name) return [required(`${field}.os.name`)];
  if (!systems.includes(name)) return [notSupported(`${field}.os`, name, systems)];
  return name === 'linux' ? validateLinux(spec, field) : validateWindows(spec, field);
}

/** Containers that are processes of a Windows host: all of a Pod's or none, and on the host's network. */
export function validateHostProcess(spec: V1PodSpec, field: string): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess ?? undefined;
  let [containers, hostProcesses] = [0, 0];
  const findings = visitContainers(spec, field, ({ securityContext }, path) => {
    containers++;
    const own = securityContext?.windowsOptions?.hostProcess ?? undefined;
    if (own ?? ofPod) hostProcesses++;
    if (own === undefined || ofPod === undefined || own === ofPod) return [];
    const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
    return [invalidValue(`${path}.securityContext.windowsOptions.hostProcess`, own, detail)];
  });
  if (hostProcesses === 0) return findings;
  if (hostProcesses < containers) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    findings.push(invalidValue(field, '', detail));
  }
  if (spec.hostNetwork !== true) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    findings.push(invalidValue(`${field}.hostNetwork`, false, detail));
  }
  return findings;
}
