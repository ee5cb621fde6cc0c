import { child, existing, fill, fillText, items, type Fields } from '../fields/fill.ts';
import { joinFirst } from '../fields/first-of-list.ts';
import { roundRequirements, roundResourceList, roundResourceLists } from '../fields/resource-list.ts';
import { defaultVolumeSource } from '../pod-template/volumes/volume-defaults.ts';

const dayAffinitySeconds = 10800;

export function defaultService(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP') {
    fill(child(child(spec, 'sessionAffinityConfig'), 'clientIP'), { timeoutSeconds: dayAffinitySeconds });
  }
  for (const port of items(spec, 'ports')) {
    fillText(port, { protocol: 'TCP' });
    const target = port['targetPort'];
    if (target === undefined || target === 0 || target === '') port['targetPort'] = port['port'];
  }
  const { type } = spec;
  const external = type === 'NodePort' || type === 'LoadBalancer';
  const hasExternalIps =
    type === 'ClusterIP' && Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0;
  if (external || hasExternalIps) fillText(spec, { externalTrafficPolicy: 'Cluster' });
  if (external || type === 'ClusterIP') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type !== 'LoadBalancer') return;
  fill(spec, { allocateLoadBalancerNodePorts: true });
  for (const ingress of items(existing(existing(object, 'status'), 'loadBalancer'), 'ingress')) {
    if (ingress['ip']) fill(ingress, { ipMode: 'VIP' });
  }
}

export function defaultNamespace(object: Fields): void {
  const metadata = child(object, 'metadata');
  const { name } = metadata;
  if (name) child(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  fillText(child(object, 'status'), { phase: 'Active' });
}

const asIs = (value: unknown) => value;

/** A node can give what it has, unless it says otherwise. */
export function defaultNode(object: Fields): void {
  joinFirst(existing(object, 'spec'), 'podCIDR', { list: 'podCIDRs', read: asIs, make: asIs });
  const status = existing(object, 'status');
  const capacity = existing(status, 'capacity');
  if (status !== undefined && capacity !== undefined) fill(status, { allocatable: { ...capacity } });
  roundResourceLists(status, ['capacity', 'allocatable']);
}

export function defaultPersistentVolume(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(child(object, 'status'), { phase: 'Pending' });
  fillText(spec, { persistentVolumeReclaimPolicy: 'Retain' });
  fill(spec, { volumeMode: 'Filesystem' });
  roundResourceList(existing(spec, 'capacity'));
  defaultVolumeSource(spec);
}

export function defaultEndpoints(object: Fields): void {
  for (const subset of items(object, 'subsets')) {
    for (const port of items(subset, 'ports')) fillText(port, { protocol: 'TCP' });
  }
}

export function defaultEndpointSlice(object: Fields): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}

/** Limits of containers follow from each other: default from max, defaultRequest from default or min. */
export function defaultLimitRange(object: Fields): void {
  for (const limit of items(existing(object, 'spec'), 'limits')) {
    defaultLimits(limit);
    roundResourceLists(limit, ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']);
  }
}

function defaultLimits(limit: Fields): void {
  if (limit['type'] !== 'Container') return;
  const [max, min] = [existing(limit, 'max') ?? {}, existing(limit, 'min') ?? {}];
  const most = { ...max, ...existing(limit, 'default') };
  const requested = { ...min, ...most, ...existing(limit, 'defaultRequest') };
  if (Object.keys(most).length > 0) limit['default'] = most;
  if (Object.keys(requested).length > 0) limit['defaultRequest'] = requested;
}

export function defaultResourceQuota(object: Fields): void {
  roundResourceList(existing(existing(object, 'spec'), 'hard'));
  roundResourceLists(existing(object, 'status'), ['hard', 'used']);
}

/** A claim waits, for a file system. */
export function defaultClaim(object: Fields): void {
  const [spec, status] = [child(object, 'spec'), child(object, 'status')];
  fillText(status, { phase: 'Pending' });
  fill(spec, { volumeMode: 'Filesystem' });
  roundRequirements(existing(spec, 'resources'));
  roundResourceLists(status, ['capacity', 'allocatedResources']);
}

export function defaultRuntimeClass(object: Fields): void {
  roundResourceList(existing(existing(object, 'overhead'), 'podFixed'));
}
