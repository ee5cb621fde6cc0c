import type { V1Container, V1ObjectMeta, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notFoundValue,
  tooLong,
} from '../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../fields/formats.ts';
import { validateIp } from '../fields/ip.ts';
import { validateLabels } from '../fields/metadata.ts';
import { each, formatted, oneOf } from '../fields/rules.ts';
import { validateAffinity } from './scheduling/affinity.ts';
import {
  validateContainers,
  validateEphemeralContainers,
  validateImageSpace,
  validateInitContainers,
  type ContainerRules,
} from './containers/container.ts';
import { validateDnsConfig } from './dns.ts';
import { validateHostProcess, validateSystem } from './operating-system.ts';
import { validatePodResources, validateResourceClaims } from './resources/pod-resources.ts';
import { validateResources } from './resources/resources.ts';
import { validateHostUsers, validatePodSecurityContext } from './security/security-context.ts';
import { validateTolerations } from './scheduling/tolerations.ts';
import { validateTopologySpread } from './scheduling/topology-spread.ts';
import { validateVolumes } from './volumes/volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const maxDeadlineSeconds = 2147483647;

function validateHostPorts(spec: V1PodSpec, field: string, isPod: boolean): FieldError[] {
  if (spec.hostNetwork !== true) return [];
  return each(spec.containers, `${field}.containers`, ({ ports }, path) =>
    each(ports, `${path}.ports`, ({ hostPort = 0, containerPort }, place) =>
      (isPod || hostPort !== 0) && hostPort !== containerPort
        ? [
            invalidValue(
              `${place}.hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  );
}

function validateGates(spec: V1PodSpec, field: string): FieldError[] {
  const gates = new Set<string>();
  return [
    ...each(spec.readinessGates, `${field}.readinessGates`, ({ conditionType = '' }, path) =>
      invalidEach(`${path}.conditionType`, conditionType, qualifiedName(conditionType)),
    ),
    ...each(spec.schedulingGates, `${field}.schedulingGates`, ({ name = '' }, path) => {
      const findings = invalidEach(path, name, qualifiedName(name));
      if (gates.has(name)) findings.push(duplicate(path, name));
      gates.add(name);
      return findings;
    }),
  ];
}

/** Files that variables are read from are in volumes that begin empty (KEP-3721). */
function validateFileVolumes(spec: V1PodSpec, field: string): FieldError[] {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    each(spec[list] as V1Container[] | undefined, `${field}.${list}`, ({ env }, path) =>
      each(env, `${path}.env`, ({ valueFrom }, place) => {
        const name = valueFrom?.fileKeyRef?.volumeName;
        if (valueFrom?.fileKeyRef === undefined) return [];
        const volume = volumes.get(name ?? '');
        const at = `${place}.valueFrom.fileKeyRef.volumeName`;
        if (volume === undefined) return [notFoundValue(at, name ?? '')];
        if (volume.emptyDir !== undefined) return [];
        return [invalidValue(at, name ?? '', 'referenced volume must be of type emptyDir')];
      }),
    ),
  );
}

const maxHostnameBytes = 64;

/** What the kernel calls the host of the Pod (KEP-4762). */
function validateHostnameOverride(spec: V1PodSpec, field: string): FieldError[] {
  const { hostnameOverride: name, setHostnameAsFQDN, hostNetwork } = spec;
  if (name === undefined) return [];
  return [
    ...(setHostnameAsFQDN === true
      ? [forbiddenField(field, 'may not be specified when setHostnameAsFQDN is true')]
      : []),
    ...(hostNetwork === true ? [forbiddenField(field, 'may not be specified when hostNetwork is true')] : []),
    ...(Buffer.byteLength(name) > maxHostnameBytes ? [tooLong(field, maxHostnameBytes)] : []),
    ...invalidEach(field, name, dns1123Subdomain(name)),
  ];
}

function validateDeadline(seconds: number | undefined, field: string): FieldError[] {
  return seconds !== undefined && (seconds < 1 || seconds > maxDeadlineSeconds)
    ? [invalidValue(field, seconds, `must be between 1 and ${maxDeadlineSeconds}, inclusive`)]
    : [];
}

function validateIdentity(spec: V1PodSpec, field: string): FieldError[] {
  return [
    ...formatted(`${field}.serviceAccountName`, spec.serviceAccountName, dns1123Subdomain),
    ...formatted(`${field}.nodeName`, spec.nodeName, dns1123Subdomain),
    ...validateDeadline(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`),
    ...formatted(`${field}.hostname`, spec.hostname, dns1123Label),
    ...formatted(`${field}.subdomain`, spec.subdomain, dns1123Label),
    ...validateTolerations(spec.tolerations, `${field}.tolerations`),
    ...each(spec.hostAliases, `${field}.hostAliases`, ({ ip = '', hostnames }, path) => [
      ...validateIp(`${path}.ip`, ip),
      ...each(hostnames, `${path}.hostnames`, (name, place) =>
        invalidEach(place, name, dns1123Subdomain(name)),
      ),
    ]),
    ...formatted(`${field}.priorityClassName`, spec.priorityClassName, dns1123Subdomain),
    ...(spec.runtimeClassName === undefined
      ? []
      : invalidEach(
          `${field}.runtimeClassName`,
          spec.runtimeClassName,
          dns1123Subdomain(spec.runtimeClassName),
        )),
    ...(spec.preemptionPolicy === undefined
      ? []
      : oneOf(`${field}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'])),
    ...(spec.overhead === undefined
      ? []
      : validateResources({ limits: spec.overhead }, `${field}.overhead`, { claims: new Set() })),
  ];
}

/** What a Pod's spec is the spec of. */
export interface PodSpecHolder {
  /** The metadata of a real Pod, absent for a template. */
  meta?: V1ObjectMeta | undefined;
  /** The spec that was there: what it uses may be used further. */
  old?: V1PodSpec | undefined;
}

/** A Pod's spec (Kubernetes: `core/validation.ValidatePodSpec`). */
export function validatePodSpec(
  given: V1PodSpec | undefined,
  field: string,
  { meta, old }: PodSpecHolder = {},
): FieldError[] {
  const spec = given ?? ({} as V1PodSpec);
  const { initContainers = [], resourceClaims } = spec;
  // A list that is not there is null, as in Go.
  const containers = (spec.containers as V1Container[] | null | undefined) ?? [];
  const { valid, findings } = validateVolumes(spec.volumes, `${field}.volumes`, meta);
  const claims = new Set((resourceClaims ?? []).map(({ name }) => name).filter((name) => name));
  const rules: ContainerRules = {
    volumes: valid,
    claims,
    hostUsers: spec.hostUsers !== false,
    restartPolicy: spec.restartPolicy,
    graceSeconds: spec.terminationGracePeriodSeconds,
  };
  const others = [...containers, ...initContainers];
  return [
    ...findings,
    ...validateResourceClaims(
      resourceClaims,
      `${field}.resourceClaims`,
      meta?.annotations?.['kubernetes.io/config.mirror'] !== undefined,
    ),
    ...validateContainers(containers, `${field}.containers`, rules),
    ...validateInitContainers(initContainers, `${field}.initContainers`, { ...rules, regular: containers }),
    ...validateEphemeralContainers(
      spec.ephemeralContainers as V1Container[] | undefined,
      `${field}.ephemeralContainers`,
      { ...rules, others },
    ),
    ...validatePodResources(spec, `${field}.resources`, claims),
    ...validateHostPorts(spec, field, meta !== undefined),
    ...(given === undefined ? [] : oneOf(`${field}.restartPolicy`, spec.restartPolicy, restartPolicies)),
    ...(given === undefined ? [] : oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, dnsPolicies)),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validatePodSecurityContext(spec, `${field}.securityContext`, old?.securityContext),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateDnsConfig(spec, `${field}.dnsConfig`),
    ...validateGates(spec, field),
    ...validateTopologySpread(spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`),
    ...validateHostProcess(spec, field),
    ...validateHostUsers(spec, field),
    ...validateHostnameOverride(spec, `${field}.hostnameOverride`),
    ...validateIdentity(spec, field),
    ...validateSystem(spec, field),
    ...validateFileVolumes(spec, field),
  ];
}

/** What is asked of a Pod and not of a template: tokens need an account, and images no blanks around them. */
export function validatePodOnly(spec: V1PodSpec): FieldError[] {
  const findings: FieldError[] = [];
  if (!spec.serviceAccountName) {
    findings.push(
      ...each(spec.volumes, 'spec.volumes', ({ projected }, path) =>
        each(projected?.sources, `${path}.projected.sources`, ({ serviceAccountToken }, place) =>
          serviceAccountToken === undefined
            ? []
            : [
                forbiddenField(
                  `${place}.serviceAccountToken`,
                  'must not be specified when serviceAccountName is not set',
                ),
              ],
        ),
      ),
    );
  }
  return [
    ...findings,
    ...each(spec.containers, 'spec.containers', validateImageSpace),
    ...each(spec.initContainers, 'spec.initContainers', validateImageSpace),
  ];
}

/** What only a new Pod is asked: no debug containers yet, and no node while gates hold it back. */
export function validatePodCreate(spec: V1PodSpec): FieldError[] {
  const findings: FieldError[] = [];
  if ((spec.ephemeralContainers ?? []).length > 0) {
    findings.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    findings.push(
      forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'),
    );
  }
  return findings;
}
