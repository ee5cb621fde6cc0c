import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { fieldAt, keepField } from '../../generic/kind-strategy.ts';
import { proxyRest } from '../../generic/proxy-rest.ts';
import { selectable, selectablePaths } from '../../generic/selectable-field.ts';
import { partRest } from '../../generic/store-rest.ts';
import { subresourceRest } from '../../generic/subresource-rest.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPod } from '../../pod-template/pod-defaults.ts';
import { podWarnings } from '../../pod-template/pod-warnings.ts';
import { nameWarnings } from '../../pod-template/template-warnings.ts';
import type { DeleteOptions } from '../../rest.ts';
import type { SubresourceBuilder } from '../../subresource-builder.ts';
import { copyAppArmorAnnotations } from './app-armor-annotations.ts';
import { bindPod } from './binding-rest.ts';
import { evictPod } from './eviction-rest.ts';
import { connectQueries } from './kubelet/connect-queries.ts';
import { createKubeletClient } from './kubelet/kubelet-client.ts';
import { readLog } from './kubelet/log-rest.ts';
import { runtimeConnect } from './kubelet/runtime-rest.ts';
import { ephemeralContainersStrategy, resizeStrategy } from './pod-part-strategies.ts';
import { validatePodStatus } from './pod-status.ts';
import { podTable } from './pod-table.ts';
import { validateNewPod, validatePodChange } from './pod-validation.ts';
import type { Pod } from './pod.ts';
import { qualityOfService } from './quality-of-service.ts';

/**
 * The pod's own period unless asked for another; at once where no kubelet has it, or nothing runs any more.
 */
function graceSeconds({ spec, status }: Pod, options: DeleteOptions): number {
  if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  const seconds = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

function gatesCondition(spec: V1PodSpec, now: string): object {
  if ((spec.schedulingGates ?? []).length === 0) return {};
  return {
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: now,
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ],
  };
}

const connected: SubresourceBuilder = (options) => ({
  ...subresourceRest(options),
  connect: runtimeConnect(options.store, options.subresource.name, options.clock),
});

/**
 * Pods: graceful deletion, quality of service, and a spec of which hardly anything may change (Kubernetes:
 * `pkg/registry/core/pod`).
 */
export const podModule = defineKind('/Pod', {
  strategy: {
    generation: ['spec'],
    disabledFields: disabledPodFields('spec'),
    prepareForCreate(object: Pod, { nowMs, warn }) {
      for (const text of copyAppArmorAnnotations(object)) warn(text);
      object.status = { phase: 'Pending', ...gatesCondition(object.spec, timestamp(nowMs)) };
    },
    canonicalize({ spec, status }: Pod) {
      if (status !== undefined) status.qosClass ??= qualityOfService(spec);
    },
    prepareForUpdate: (object, old) => keepField(object, old, 'status'),
    validate: validateNewPod,
    validatedOnce: true,
    validateUpdate: validatePodChange,
    warningsOnCreate: (object) => [...nameWarnings(object, "the Pod's hostname"), ...podWarnings(object)],
    checkGracefulDelete: graceSeconds,
  },
  status: {
    // Kubelets once corrupted owner references through this endpoint.
    keepMetadata: ['ownerReferences'],
    alsoReset: ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
    prepareForUpdate(object, old) {
      const qosClass = object.status?.qosClass || old.status?.qosClass;
      if (qosClass) object.status = { ...object.status, qosClass };
    },
    validateUpdate: validatePodStatus,
  },
  queries: connectQueries,
  subresources: {
    attach: connected,
    exec: connected,
    portforward: connected,
    proxy: proxyRest,
    log: (options) => ({
      ...subresourceRest(options),
      connect: readLog({
        pods: options.store,
        nodes: options.storageOf('', 'nodes'),
        kubelet: createKubeletClient(options.kubelet),
        clock: options.clock,
      }),
    }),
    binding: (options) => ({
      ...subresourceRest(options),
      keepsSystemFieldsOnCreate: true,
      createNamed: bindPod(options.store.storage, options.clock),
    }),
    eviction: (options) => ({
      ...subresourceRest(options),
      acceptedVersions: ['v1beta1'],
      createNamed: evictPod({
        pods: options.store,
        budgets: options.storageOf('policy', 'poddisruptionbudgets'),
        clock: options.clock,
        track: options.trackServerWrite,
      }),
    }),
    ephemeralcontainers: ({ parent, subresource, store, clock }) => {
      const strategy = ephemeralContainersStrategy(store.strategy);
      return partRest(parent, subresource, store.withStrategy(strategy), clock);
    },
    resize: ({ parent, subresource, store, clock }) =>
      partRest(parent, subresource, store.withStrategy(resizeStrategy(store.strategy)), clock),
  },
  table: podTable,
  selectableFields: {
    ...selectablePaths([
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ]),
    // What clients of long ago call it.
    'spec.host': selectable((object) => fieldAt(object, 'spec.nodeName')),
    ...selectablePaths(['spec.hostNetwork'], 'false'),
    'status.podIPs': ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(','),
  },
  defaults: { v1: defaultPod },
  returnsDeletedObject: true,
  actors: [
    {
      name: 'ephemeral-volume-controller',
      effect: 'no claims are created for its volumes, and it stays Pending',
      concerns: ({ spec }) => (spec?.volumes ?? []).some(({ ephemeral }) => ephemeral !== undefined),
    },
    {
      name: 'resourceclaim-controller',
      effect: 'no devices are allocated, and it stays Pending',
      concerns: ({ spec }) => (spec?.resourceClaims ?? []).length > 0,
    },
  ],
  gaps: '`exec`, `attach`, `portforward` and `proxy` say that there is no container; `log` tells what is simulated',
});
