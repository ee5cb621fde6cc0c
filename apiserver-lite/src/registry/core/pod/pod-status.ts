import type {
  V1Pod,
  V1Container,
  V1ContainerStatus,
  V1PodSpec,
  V1PodStatus,
  V1ResourceStatus,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
} from '../../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName } from '../../fields/formats.ts';
import { validateExtendedResourceClaim } from './extended-resource-claim.ts';
import { validatePodAnnotationsUpdate } from '../../pod-template/pod-annotations.ts';
import { immutable } from '../../fields/metadata.ts';
import { each } from '../../fields/rules.ts';
import { specOf, statusOf } from '../../fields/spec-and-status.ts';
import { mayRun } from './container-restarts.ts';
import { validateAddressList } from './address-list.ts';

const ownConditions = ['PodScheduled', 'Ready', 'Initialized'];
const kinds = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
const healths = ['Healthy', 'Unhealthy', 'Unknown'];
const maxId = 2147483647;
const idRule = `must be between 0 and ${maxId}, inclusive`;

/** What is reported of a Pod (Kubernetes: `core/validation.ValidatePodStatusUpdate`). */
export function validatePodStatus(object: V1Pod, old: V1Pod): FieldError[] {
  const [status, before, spec] = [statusOf(object), statusOf(old), specOf(old)];
  return [
    ...validatePodAnnotationsUpdate(object.metadata.annotations, old.metadata.annotations),
    ...each(status.conditions, 'status.conditions', ({ type = '' }, path) =>
      ownConditions.includes(type) ? [] : invalidEach(`${path}.Type`, type, qualifiedName(type)),
    ),
    ...validateNomination(status.nominatedNodeName, before.nominatedNodeName),
    ...((status.observedGeneration ?? 0) < 0
      ? [
          invalidValue(
            'status.observedGeneration',
            status.observedGeneration,
            'must be a non-negative integer',
          ),
        ]
      : []),
    ...((status.qosClass ?? '') === (before.qosClass ?? '')
      ? []
      : [invalidValue('status.qosClass', status.qosClass ?? '', immutable)]),
    ...kinds.flatMap((kind) => validateEnds(kind, { status, before, spec })),
    ...validateClaims(status, spec),
    ...validateExtendedResourceClaim(
      status.extendedResourceClaimStatus,
      spec,
      'status.extendedResourceClaimStatus',
    ),
    ...validateAddressList('status.podIPs', 'core.v1.PodIP', status.podIPs),
    ...validateFirstHostIp(status),
    ...validateAddressList('status.hostIPs', 'core.v1.HostIP', status.hostIPs),
    ...kinds.flatMap((kind) => validateUsers(kind, status[kind], spec.os?.name ?? 'linux')),
    ...validateHealth('containerStatuses', status.containerStatuses, spec.containers),
    ...validateHealth('initContainerStatuses', status.initContainerStatuses, spec.initContainers),
    ...each(
      status.ephemeralContainerStatuses,
      'status.ephemeralContainerStatuses',
      ({ allocatedResourcesStatus: parts = [] }, path) =>
        parts.length === 0
          ? []
          : [forbiddenField(`${path}.allocatedResourcesStatus`, 'must not be specified in container status')],
    ),
  ];
}

/** The address of the host is the first of its addresses. */
function validateFirstHostIp({ hostIP = '', hostIPs = [] }: V1PodStatus): FieldError[] {
  const ip = hostIPs[0]?.ip ?? '';
  const isSame = hostIPs.length === 0 || hostIP === ip;
  return isSame ? [] : [invalidValue('status.hostIPs[0].ip', ip, 'must be equal to `hostIP`')];
}

function validateNomination(name: string | undefined, before: string | undefined): FieldError[] {
  const isNew = name !== undefined && name !== '' && name !== before;
  return isNew ? invalidEach('status.nominatedNodeName', name, dns1123Subdomain(name)) : [];
}

/** A container that is not to run again has ended for good. */
function validateEnds(
  kind: (typeof kinds)[number],
  { status, before, spec }: { status: V1PodStatus; before: V1PodStatus; spec: V1PodSpec },
): FieldError[] {
  return each(before[kind], `status.${kind}`, ({ name, state }, path) => {
    const ended = state?.terminated;
    if (!ended || mayRun(kind, spec, { name, exitCode: ended.exitCode })) return [];
    return (status[kind] ?? [])
      .filter((next) => next.name === name && !next.state?.terminated)
      .map(() => forbiddenField(`${path}.state`, 'may not be transitioned to non-terminated state'));
  });
}

function validateClaims({ resourceClaimStatuses }: V1PodStatus, spec: V1PodSpec): FieldError[] {
  const seen = new Set<string>();
  return each(resourceClaimStatuses, 'status.resourceClaimStatuses', (claim, path) => {
    const { name = '', resourceClaimName } = claim;
    const findings: FieldError[] = [];
    if (!(spec.resourceClaims ?? []).some((known) => known.name === name)) {
      const detail = 'must match the name of an entry in `spec.resourceClaims`';
      findings.push(invalidValue(`${path}.name`, name, detail));
    }
    if (seen.has(name)) findings.push(duplicate(`${path}.name`, name));
    seen.add(name);
    return typeof resourceClaimName === 'string'
      ? [
          ...findings,
          ...invalidEach(`${path}.resourceClaimName`, resourceClaimName, dns1123Subdomain(resourceClaimName)),
        ]
      : findings;
  });
}

function validateUsers(
  kind: string,
  statuses: readonly V1ContainerStatus[] | undefined,
  system: string,
): FieldError[] {
  const validId = (id: number | undefined, field: string) =>
    (id ?? 0) < 0 || (id ?? 0) > maxId ? [invalidValue(field, id, idRule)] : [];
  return each(statuses, `status.${kind}`, ({ user }, path) => {
    const { linux } = user ?? {};
    if (!linux) return [];
    if (system === 'windows') return [forbiddenField(`${path}.linux`, 'cannot be set for a windows pod')];
    return [
      ...validId(linux.uid, `${path}.user.linux.uid`),
      ...validId(linux.gid, `${path}.user.linux.gid`),
      ...each(linux.supplementalGroups, `${path}.user.linux.supplementalGroups`, validId),
    ];
  });
}

const claimRule =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";

function validateDevice({ name }: V1ResourceStatus, container: V1Container | undefined): string | undefined {
  const { claims = [], requests = {} } = container?.resources ?? {};
  if (container === undefined) return undefined;
  if (!name.startsWith('claim:')) {
    return Object.hasOwn(requests, name) ? undefined : "must match one of the container's resource requests";
  }
  const isKnown = claims.some(
    (claim) => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`,
  );
  return isKnown ? undefined : claimRule;
}

/** How the devices of containers are. */
function validateHealth(
  kind: string,
  statuses: readonly V1ContainerStatus[] | undefined,
  containers: readonly V1Container[] | undefined,
): FieldError[] {
  return each(statuses, `status.${kind}`, ({ name, allocatedResourcesStatus }, path) => {
    const container = (containers ?? []).find((known) => known.name === name);
    return each(allocatedResourcesStatus, `${path}.allocatedResourcesStatus`, (part, place) => {
      const wrong = validateDevice(part, container);
      const ids = (part.resources ?? []).map(({ resourceID }) => resourceID);
      return [
        ...(wrong === undefined ? [] : [invalidValue(`${place}.name`, part.name, wrong)]),
        ...each(part.resources, `${place}.resources`, ({ health = '', resourceID }, at, index) => [
          ...(healths.includes(health) ? [] : [notSupported(`${at}.health`, health, healths)]),
          ...(ids.indexOf(resourceID) < index ? [duplicate(`${at}.resourceID`, resourceID)] : []),
        ]),
      ];
    });
  });
}
