import type { V1ObjectMeta, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { keepField, kindStrategy } from '../../generic/kind-strategy.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { disabledFields } from '../../disabled-fields.ts';
import type { KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import type { DeleteOptions } from '../../rest.ts';
import { selectableFields } from '../../selectable-fields.ts';
import type { Strategy } from '../../strategy.ts';
import { forbiddenField } from '../../fields/field-errors.ts';
import { nameWarnings } from '../../validation/kind-warnings.ts';
import { podWarnings } from '../../pod-template/pod-warnings.ts';
import {
  validatePodAnnotations,
  validatePodAnnotationsUpdate,
  validateProfileAnnotations,
} from '../../pod-template/pod-annotations.ts';
import { validatePodCreate, validatePodOnly, validatePodSpec } from '../../pod-template/pod-spec.ts';
import { validateEphemeralContainersUpdate, validatePodResize } from './pod-subresources.ts';
import { validatePodUpdate } from './pod-update.ts';
import { qualityOfService } from './quality-of-service.ts';

interface Pod extends KubeObject {
  spec: V1PodSpec;
  status?: { phase?: string; qosClass?: string; [field: string]: unknown };
}

/** The pod's own period unless asked for another; at once where no kubelet has it, or nothing runs any more. */
function graceSeconds(object: KubeObject, options: DeleteOptions): number {
  const { spec, status } = object as Pod;
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

/** The Pod as it is, new or changed (Kubernetes: `core/validation.validatePodMetadataAndSpec`). */
function validateWhole(object: KubeObject): FieldError[] {
  const { spec } = object as Pod;
  const meta = object.metadata as unknown as V1ObjectMeta;
  return [
    ...validatePodAnnotations(meta, spec, 'metadata.annotations'),
    ...validatePodSpec(spec, 'spec', meta),
    ...validatePodOnly(spec ?? {}),
  ];
}

const base = kindStrategy({
  group: '',
  kind: 'Pod',
  namespaced: true,
  generation: ['spec'],
  disabledFields: disabledFields['/Pod'] ?? [],
  prepareForCreate(object, { nowMs }) {
    const pod = object as Pod;
    pod.status = { phase: 'Pending', ...gatesCondition(pod.spec, timestamp(nowMs)) };
  },
  canonicalize(object) {
    const pod = object as Pod;
    if (pod.status !== undefined) pod.status.qosClass ??= qualityOfService(pod.spec);
  },
  prepareForUpdate: (object, old) => keepField(object, old, 'status'),
  validate(object) {
    const { spec } = object as Pod;
    const meta = object.metadata as unknown as V1ObjectMeta;
    return [
      ...validateWhole(object),
      ...validatePodCreate(spec ?? {}),
      ...validateProfileAnnotations(meta, spec, 'spec'),
    ];
  },
  warningsOnCreate: (object) => [
    ...nameWarnings(object, "the Pod's hostname"),
    ...podWarnings({ spec: (object as Pod).spec, metadata: object.metadata as unknown as V1ObjectMeta }),
  ],
  checkGracefulDelete: graceSeconds,
});

/** A static Pod: its kubelet has it from a file. */
const isMirror = ({ metadata }: KubeObject) =>
  metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** Pods: what a new one is asked, an old one is not, and the other way round. */
const strategy: Strategy = {
  ...base,
  validateUpdate: (object, old) => [
    ...validateWhole(object),
    ...validatePodAnnotationsUpdate(object.metadata.annotations, old.metadata.annotations),
    ...validatePodUpdate((object as Pod).spec, (old as Pod).spec),
  ],
};

/** `pods/ephemeralcontainers`: debug containers are added, nothing else changes (KEP-277). */
export const ephemeralContainersStrategy: Strategy = {
  ...strategy,
  resetFields: [],
  prepareForUpdate(object, old) {
    const pod = object as Pod;
    const { ephemeralContainers } = pod.spec ?? {};
    const { ephemeralContainers: _before, ...spec } = copyOf((old as Pod).spec);
    pod.spec = { ...spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) };
    strategy.prepareForUpdate(object, old, noRequest);
    keepOwnMetadata(object, old);
  },
  validateUpdate(object, old) {
    if (isMirror(old)) return [forbiddenField('[]', 'static pods do not support ephemeral containers')];
    return [
      ...validateWhole(object),
      ...validatePodAnnotationsUpdate(object.metadata.annotations, old.metadata.annotations),
      ...validateEphemeralContainersUpdate((object as Pod).spec, (old as Pod).spec),
    ];
  },
};

/** `pods/resize`: only what containers ask for changes (KEP-1287). */
export const resizeStrategy: Strategy = {
  ...strategy,
  resetFields: [],
  prepareForUpdate(object, old) {
    const wanted = (object as Pod).spec;
    const spec = copyOf((old as Pod).spec);
    for (const list of ['containers', 'initContainers'] as const) {
      for (const container of spec[list] ?? []) {
        const next = wanted[list]?.find(({ name }) => name === container.name);
        if (next?.resources !== undefined) container.resources = next.resources;
        if (next?.resizePolicy !== undefined) container.resizePolicy = next.resizePolicy;
      }
    }
    (object as Pod).spec = spec;
    strategy.prepareForUpdate(object, old, noRequest);
    keepOwnMetadata(object, old);
  },
  validateUpdate(object, old) {
    if (isMirror(old)) return [forbiddenField('[]', 'static pods cannot be resized')];
    const [{ spec: next }, { spec, status }] = [object as Pod, old as Pod];
    const quality = {
      next: qualityOfService(next),
      old: qualityOfService(spec),
      known: status?.qosClass ?? '',
    };
    return [...validateWhole(object), ...validatePodResize({ next, old: spec, quality })];
  },
};

/** The pod's phases do not look at the request. */
const noRequest = { namespace: '', user: { name: '', groups: [] }, dryRun: false, nowMs: 0, warn() {} };

function keepOwnMetadata(object: KubeObject, old: KubeObject): void {
  for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const) {
    if (old.metadata[field] === undefined) delete object.metadata[field];
    else Object.assign(object.metadata, { [field]: copyOf(old.metadata[field]) });
  }
}

/** Pods: graceful deletion, quality of service, and a spec of which hardly anything may change. */
export const podModule: KindModule = {
  strategy: () => strategy,
  status: {
    // Kubelets once corrupted owner references through this endpoint.
    keepMetadata: ['ownerReferences'],
    prepareForUpdate(object, old) {
      const pod = object as Pod;
      const qosClass = (old as Pod).status?.qosClass;
      if (qosClass !== undefined) pod.status = { ...pod.status, qosClass };
    },
  },
  ...(tables['/Pod'] === undefined ? {} : { table: tables['/Pod'] }),
  ...(selectableFields['/Pod'] === undefined ? {} : { selectableFields: selectableFields['/Pod'] }),
};
