import { randomUUID } from 'node:crypto';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { recordStoredVersion } from './apiextensions/custom-resource-definition/stored-versions.ts';
import { recordRequester } from './certificates/certificate-signing-request/signing-request.ts';
import { countTemplateGeneration, startTemplateGeneration } from './apps/daemon-set/template-generation.ts';
import { generateJobSelector } from './batch/job/job-selector.ts';
import { orphanedPodsWarning } from './batch/job/orphaned-pods.ts';
import { isSame } from './generic/copy-object.ts';
import { keepField, kindStrategy, type KindTraits } from './generic/kind-strategy.ts';
import { timestamp } from './generic/timestamp.ts';
import { dropForeignSources, mirrorSources } from './core/persistent-volume-claim/claim-sources.ts';
import { keepSecretNames } from './core/service-account/secret-names.ts';
import { dropTopology } from './discovery/endpoint-slice/endpoint-topology.ts';
import { disabledFields } from './disabled-fields.ts';
import type { KindModule } from './kind-module.ts';
import { anyFinalizer, metadataChecks } from './metadata-checks.ts';
import { stampPhase } from './validation/status/volume-status.ts';
import { simpleValidations } from './validation/simple-kinds.ts';
import { labelName, pathSegmentName, subdomainName } from './fields/names.ts';
import { addressName } from './networking/ip-address.ts';
import { tables } from './printers/tables.ts';
import { statusTraits } from './status-traits.ts';
import { selectableFields } from './selectable-fields.ts';

type Row = Omit<KindTraits, 'group' | 'kind' | 'namespaced'>;

const spec = ['spec'] as const;
/** Whoever changes these names the version that is changed. */
const policy = { cluster: true, allowUnconditionalUpdate: false } as const;
const noObject: KubeObject = { apiVersion: '', kind: '', metadata: {} };

/**
 * Kinds whose behaviour fits a row: the status that new objects get (its value fields are printed even when zero), the
 * fields that count generations, what never changes. Kinds that are absent follow the plain rules.
 */
const rows: Readonly<Record<string, Row & { cluster?: true }>> = {
  '/ConfigMap': {},
  '/Endpoints': { allowCreateOnUpdate: true },
  '/LimitRange': {
    allowCreateOnUpdate: true,
    // Nobody has to think of a name for it.
    prepareForCreate({ metadata }) {
      metadata.name ||= randomUUID();
    },
  },
  '/PersistentVolume': {
    cluster: true,
    emptyStatus: { phase: 'Pending' },
    prepareForCreate: (object, { nowMs }) => stampPhase(object, noObject, timestamp(nowMs)),
  },
  '/PersistentVolumeClaim': {
    emptyStatus: { phase: 'Pending' },
    prepareForCreate(object) {
      dropForeignSources(object, undefined);
      mirrorSources(object);
    },
    prepareForUpdate(object, old) {
      dropForeignSources(object, old);
      mirrorSources(object);
    },
  },
  '/PodTemplate': { generation: ['template'] },
  '/ReplicationController': {
    emptyStatus: { replicas: 0 },
    generation: spec,
    garbageCollection: 'OrphanDependents',
  },
  '/ResourceQuota': { emptyStatus: {} },
  '/Secret': {},
  '/ServiceAccount': { prepareForCreate: keepSecretNames, prepareForUpdate: keepSecretNames },
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': { ...policy, generation: spec },
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': { ...policy, generation: spec },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': {
    ...policy,
    generation: ['webhooks'],
    exactGeneration: true,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    ...policy,
    emptyStatus: {},
    generation: spec,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': { ...policy, generation: spec },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': {
    ...policy,
    generation: ['webhooks'],
    exactGeneration: true,
  },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    cluster: true,
    emptyStatus: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
    generation: spec,
    allowUnconditionalUpdate: false,
    prepareForCreate: recordStoredVersion,
    prepareForUpdate: recordStoredVersion,
  },
  'apiregistration.k8s.io/APIService': {
    cluster: true,
    emptyStatus: {},
    validateName: pathSegmentName,
    allowUnconditionalUpdate: false,
  },
  'apps/ControllerRevision': { allowUnconditionalUpdate: true, immutable: ['data'] },
  'apps/DaemonSet': {
    emptyStatus: {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    },
    generation: spec,
    immutable: ['spec.selector'],
    prepareForCreate: startTemplateGeneration,
    prepareForUpdate: countTemplateGeneration,
  },
  'apps/Deployment': {
    emptyStatus: {},
    generation: ['spec', 'metadata.annotations'],
    immutable: ['spec.selector'],
  },
  'apps/ReplicaSet': { emptyStatus: { replicas: 0 }, generation: spec, immutable: ['spec.selector'] },
  'apps/StatefulSet': {
    validateName: labelName,
    emptyStatus: { replicas: 0, availableReplicas: 0 },
    generation: spec,
  },
  'autoscaling/HorizontalPodAutoscaler': { emptyStatus: { desiredReplicas: 0, currentMetrics: null } },
  'batch/CronJob': { emptyStatus: {}, generation: spec },
  'batch/Job': {
    emptyStatus: {},
    generation: spec,
    garbageCollection: 'OrphanDependents',
    warningsOnDelete: orphanedPodsWarning,
    prepareForCreate: generateJobSelector,
  },
  'certificates.k8s.io/CertificateSigningRequest': {
    cluster: true,
    emptyStatus: {},
    validateName: pathSegmentName,
    resetFields: ['spec', 'status'],
    prepareForCreate: recordRequester,
    prepareForUpdate: (object, old) => keepField(object, old, 'spec'),
  },
  'coordination.k8s.io/Lease': { allowCreateOnUpdate: true, allowUnconditionalUpdate: false },
  'discovery.k8s.io/EndpointSlice': {
    generation: ['endpoints', 'ports', 'metadata.labels'],
    immutable: ['addressType'],
    prepareForCreate: (object) => dropTopology(object, undefined),
    prepareForUpdate: dropTopology,
  },
  'flowcontrol.apiserver.k8s.io/FlowSchema': { cluster: true, emptyStatus: {}, generation: spec },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    cluster: true,
    emptyStatus: {},
    generation: spec,
  },
  'networking.k8s.io/IPAddress': { cluster: true, validateName: addressName },
  'networking.k8s.io/Ingress': { emptyStatus: { loadBalancer: {} }, generation: spec },
  'networking.k8s.io/IngressClass': { cluster: true, generation: spec, immutable: ['spec.controller'] },
  'networking.k8s.io/NetworkPolicy': { generation: spec, exactGeneration: true },
  'networking.k8s.io/ServiceCIDR': { cluster: true, emptyStatus: {} },
  'node.k8s.io/RuntimeClass': { ...policy, allowCreateOnUpdate: true, immutable: ['handler'] },
  'policy/PodDisruptionBudget': {
    emptyStatus: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    generation: spec,
    allowUnconditionalUpdate: false,
  },
  'rbac.authorization.k8s.io/ClusterRole': {
    cluster: true,
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
  },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    cluster: true,
    allowCreateOnUpdate: true,
    validateName: pathSegmentName,
  },
  'rbac.authorization.k8s.io/Role': { allowCreateOnUpdate: true, validateName: pathSegmentName },
  'rbac.authorization.k8s.io/RoleBinding': { allowCreateOnUpdate: true, validateName: pathSegmentName },
  'resource.k8s.io/DeviceClass': {
    cluster: true,
    generation: spec,
    // Only the name itself is judged.
    validateName: (name, prefix) => (prefix ? [] : subdomainName(name, false)),
  },
  'resource.k8s.io/ResourceClaim': { emptyStatus: {} },
  'resource.k8s.io/ResourceClaimTemplate': {},
  'resource.k8s.io/ResourceSlice': { cluster: true, generation: spec },
  'scheduling.k8s.io/PriorityClass': {
    cluster: true,
    prepareForCreate(object) {
      object.metadata.generation = 1;
    },
  },
  'storage.k8s.io/CSIDriver': {
    ...policy,
    // New ones have no generation; updates count from there.
    prepareForUpdate(object, old) {
      if (isSame(object['spec'], old['spec'])) return;
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
  },
  'storage.k8s.io/CSINode': policy,
  'storage.k8s.io/CSIStorageCapacity': { allowUnconditionalUpdate: false },
  'storage.k8s.io/StorageClass': {
    cluster: true,
  },
  'storage.k8s.io/VolumeAttachment': { ...policy, emptyStatus: { attached: false } },
  'storage.k8s.io/VolumeAttributesClass': { cluster: true },
};

/** The modules of all kinds that a row describes, by `group/Kind`. */
export function simpleKinds(): Map<string, KindModule> {
  const modules = new Map<string, KindModule>();
  for (const [id, { cluster, ...row }] of Object.entries(rows)) {
    const [group = '', kind = ''] = id.split('/');
    const disabled = disabledFields[id];
    const checks = metadataChecks[id];
    const traits: KindTraits = {
      ...simpleValidations[id],
      ...row,
      ...(disabled === undefined ? {} : { disabledFields: disabled }),
      ...(checks === undefined ? {} : { metadataChecksOnUpdate: checks }),
      standardFinalizers: !anyFinalizer.has(id),
      group,
      kind,
      namespaced: cluster !== true,
    };
    const strategy = kindStrategy(traits);
    const status = statusTraits[id];
    const table = tables[id];
    const fields = selectableFields[id];
    modules.set(id, {
      strategy: () => strategy,
      ...(status === undefined ? {} : { status }),
      ...(table === undefined ? {} : { table }),
      ...(fields === undefined ? {} : { selectableFields: fields }),
    });
  }
  return modules;
}
