import { isReason } from '../../../api-errors/status-error.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { keepField } from '../../generic/kind-strategy.ts';
import { proxyRest } from '../../generic/proxy-rest.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind, type KindDependencies } from '../../kind-module.ts';
import { defaultService } from './service-defaults.ts';
import { validateServiceStatus } from './service-status.ts';
import { serviceTable } from './service-table.ts';
import { serviceWarnings } from './service-warnings.ts';
import { labelName } from '../../fields/names.ts';
import { validateService } from './service-validation.ts';
import { validateServiceUpdate } from './service-addresses.ts';
import { addressesOf, allNodePorts, allocate, type Service } from './allocation/service-allocation.ts';
import {
  completeOldFields,
  dropForeignFields,
  keepAllocations,
  normalizeClusterIps,
} from './service-fields.ts';

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
