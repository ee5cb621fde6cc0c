import type { V1LoadBalancerIngress, V1Service } from '@pg8s/k8s-proto/generated/models';
import { type FieldError, isReason } from '../../../api-errors/status-error.ts';
import { forbiddenField, notSupported, required } from '../../fields/field-errors.ts';
import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';
import { validateIp } from '../../fields/ip.ts';
import { labelName } from '../../fields/names.ts';
import { each } from '../../fields/rules.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { keepField } from '../../generic/kind-strategy.ts';
import { proxyRest } from '../../generic/proxy-rest.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { type KindDependencies, defineKind } from '../../kind-module.ts';
import { field, validateHost } from '../../networking/load-balancer-entries.ts';
import { type Service, addressesOf, allNodePorts, allocate } from './allocation/service-allocation.ts';
import { validateServiceUpdate } from './service-addresses.ts';
import {
  completeOldFields,
  dropForeignFields,
  keepAllocations,
  normalizeClusterIps,
} from './service-fields.ts';
import { serviceTable } from './service-table.ts';
import { validateService } from './service-validation.ts';
import { serviceWarnings } from './service-warnings.ts';

const dayAffinitySeconds = 10800;

/** Fills the defaults of a Service (Kubernetes: `apis/core/v1/defaults.go`). */
function defaultService(object: Fields): void {
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

const modes = ['Proxy', 'VIP'];

function validateMode({ ip = '', ipMode }: V1LoadBalancerIngress, path: string): FieldError[] {
  if (ipMode === undefined || ipMode === null) {
    return ip === '' ? [] : [required(path, 'must be specified when `ip` is set')];
  }
  if (ip === '') return [forbiddenField(path, 'may not be specified when `ip` is not set')];
  return modes.includes(ipMode) ? [] : [notSupported(path, ipMode, modes)];
}

/** The addresses of a Service's load balancer (Kubernetes: `core/validation.ValidateLoadBalancerStatus`). */
function validateServiceStatus({ spec, status }: V1Service): FieldError[] {
  const entries = status?.loadBalancer?.ingress ?? [];
  if (spec?.type !== 'LoadBalancer' && entries.length > 0) {
    return [forbiddenField(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return each(entries, field, (entry, path) => [
    ...(entry.ip ? validateIp(`${path}.ip`, entry.ip) : []),
    ...validateMode(entry, `${path}.ipMode`),
    ...validateHost(entry.hostname ?? '', `${path}.hostname`),
  ]);
}

/** The Service is gone: its addresses and ports are free, and nothing leads to its Pods under its name. */
async function giveBack({ clusterIps, nodePorts, storageOf }: KindDependencies, service: Service) {
  const { spec, metadata } = service;
  const ref = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
  try {
    await storageOf('', 'endpoints').delete(ref, {});
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
  for (const address of addressesOf(spec)) await clusterIps.release(address, ref);
  await nodePorts.release(allNodePorts(spec));
}

/** Services get cluster IPs and node ports when they are written, and lose them when they go. */
export const serviceModule = defineKind('/Service', {
  strategy: (dependencies) => ({
    validateName: labelName,
    metadataChecksOnUpdate: ['change'],
    emptyStatus: { loadBalancer: {} },
    allowCreateOnUpdate: true,
    beginCreate(object, { dryRun }) {
      const service = object as Service;
      normalizeClusterIps(service.spec, undefined);
      return allocate(service, { ...dependencies, dryRun });
    },
    beginUpdate(object, stored, { dryRun }) {
      const service = object as Service;
      const old = copyOf((stored as Service).spec);
      completeOldFields(old, dependencies.clusterIps.families[0] ?? 'IPv4');
      keepAllocations(service.spec, old);
      normalizeClusterIps(service.spec, old);
      return allocate(service, { ...dependencies, old, dryRun });
    },
    prepareForUpdate(object, old) {
      const { spec } = object as Service;
      dropForeignFields(spec, (old as Service).spec);
      keepField(object, old, 'status');
      // What is no load balancer any more has no address of one.
      if (spec.type !== 'LoadBalancer') {
        object.status = { ...(object.status as object | undefined), loadBalancer: {} };
      }
    },
    canonicalize(object) {
      // kube-apiserver stores it and leaves it out whenever it is read.
      const { spec } = object as Service;
      if (spec.type === 'ExternalName') delete spec.internalTrafficPolicy;
    },
    validate: validateService,
    validatedOnce: true,
    validateUpdate: (object, old) => [
      ...validateServiceUpdate((object as Service).spec, (old as Service).spec),
      ...validateService(object),
    ],
    afterDelete: (object) => giveBack(dependencies, object as Service),
    warnings: serviceWarnings,
  }),
  status: { validateUpdate: validateServiceStatus },
  subresources: { proxy: proxyRest },
  table: serviceTable,
  selectableFields: selectablePaths(['spec.clusterIP', 'spec.type']),
  defaults: { v1: defaultService },
  returnsDeletedObject: true,
  actors: [
    {
      name: 'endpointslice-controller',
      effect: 'the Service gets no endpoints',
      concerns: ({ spec }) => Object.keys(spec?.selector ?? {}).length > 0,
    },
    {
      name: 'service-lb-controller',
      effect: 'no load balancer is made',
      concerns: ({ spec }) => spec?.type === 'LoadBalancer',
    },
  ],
  gaps: '`proxy` says that nothing listens',
});
