import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../server/status-error.ts';
import { copyOf, isSame } from '../generic/copy-object.ts';
import { fieldAt, type KindTraits } from '../generic/kind-strategy.ts';
import { validateRole, validateRoleBinding, validateRoleBindingUpdate } from './access-control.ts';
import { validateConfigMap, validateFrozen, validateSecret, validateSecretUpdate } from './configuration.ts';
import { forbiddenField, invalidValue, required } from './field-errors.ts';
import { validateIngress } from './ingress.ts';
import { validateLabelSelector } from './label-selector.ts';
import { templateWarnings } from './pod/pod-warnings.ts';
import { validatePodTemplate } from './pod/pod-template.ts';
import {
  validateCronJob,
  validateDaemonSet,
  validateDeployment,
  validateJob,
  validateJobUpdate,
  validateReplicaSet,
  validateReplicationController,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './workloads.ts';

type Rules = Pick<KindTraits, 'validate' | 'validateUpdate' | 'warningsOnCreate' | 'warningsOnUpdate'>;

/** Workloads warn of what is odd in their template, whenever it may have changed. */
const warned: Rules = {
  warningsOnCreate: templateWarnings,
  warningsOnUpdate: (object, old) => (isSame(object['spec'], old['spec']) ? [] : templateWarnings(object)),
};

/** Findings for fields that must have a value. */
function requires(...paths: string[]): (object: KubeObject) => FieldError[] {
  return (object) =>
    paths.flatMap((path) => {
      const value = fieldAt(object, path);
      return value === undefined || value === '' || value === null ? [required(path)] : [];
    });
}

function validateDisruptionBudget(object: KubeObject): FieldError[] {
  const { minAvailable, maxUnavailable, selector } = (object['spec'] ?? {}) as {
    minAvailable?: unknown;
    maxUnavailable?: unknown;
    selector?: object;
  };
  const findings =
    minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalidValue('spec', object['spec'], 'minAvailable and maxUnavailable cannot be both set')]
      : [];
  return [...findings, ...validateLabelSelector(selector, 'spec.selector')];
}

function validateApiService(object: KubeObject): FieldError[] {
  const {
    group = '',
    version = '',
    groupPriorityMinimum,
    versionPriority,
  } = (object['spec'] ?? {}) as {
    group?: string;
    version?: string;
    groupPriorityMinimum?: number;
    versionPriority?: number;
  };
  const findings: FieldError[] = [];
  const wanted = `${version}.${group}`;
  if (object.metadata.name !== wanted) {
    findings.push(
      invalidValue(
        'metadata.name',
        object.metadata.name,
        `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
      ),
    );
  }
  if (version === '') findings.push(required('spec.version'));
  const within = (value: number | undefined, most: number) =>
    value !== undefined && value > 0 && value <= most;
  if (!within(groupPriorityMinimum, 20000)) {
    findings.push(
      invalidValue(
        'spec.groupPriorityMinimum',
        groupPriorityMinimum ?? 0,
        'must be positive and less than 20000',
      ),
    );
  }
  if (!within(versionPriority, 1000)) {
    findings.push(
      invalidValue('spec.versionPriority', versionPriority ?? 0, 'must be positive and less than 1000'),
    );
  }
  return findings;
}

function validateLease(object: KubeObject): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = (object['spec'] ?? {}) as {
    leaseDurationSeconds?: number;
    leaseTransitions?: number;
  };
  const findings: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    findings.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    findings.push(
      invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  return findings;
}

const highestUserPriority = 1_000_000_000;

function validatePriorityClass(object: KubeObject): FieldError[] {
  const { name = '' } = object.metadata;
  const value = Number(object['value'] ?? 0);
  const systemValues: Readonly<Record<string, number>> = {
    'system-node-critical': 2_000_001_000,
    'system-cluster-critical': 2_000_000_000,
  };
  if (name.startsWith('system-')) {
    return systemValues[name] === value
      ? []
      : [
          forbiddenField(
            'metadata.name',
            `priority class names with 'system-' prefix are reserved for system use only`,
          ),
        ];
  }
  return value > highestUserPriority
    ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`)]
    : [];
}

/** The value of a PriorityClass never changes, as Pods took it over. */
function validatePriorityClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return (['value', 'preemptionPolicy'] as const).flatMap((field) =>
    isSame(object[field], old[field])
      ? []
      : [
          field === 'value'
            ? forbiddenField('value', 'may not be changed in an update.')
            : invalidValue(field, object[field], 'field is immutable'),
        ],
  );
}

function validateClaim(object: KubeObject): FieldError[] {
  const { accessModes = [], resources } = (object['spec'] ?? {}) as {
    accessModes?: string[];
    resources?: { requests?: Record<string, string> };
  };
  const findings =
    accessModes.length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : [];
  if (resources?.requests?.['storage'] === undefined) findings.push(required('spec.resources[storage]'));
  return findings;
}

/** Once there, a claim may only ask for more, or for another class of attributes. */
function validateClaimUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  interface ClaimSpec {
    resources?: { requests?: Record<string, string> };
    volumeAttributesClassName?: string;
    volumeName?: string;
    storageClassName?: string;
  }
  const before = (old['spec'] ?? {}) as ClaimSpec;
  const next = copyOf((object['spec'] ?? {}) as ClaimSpec);
  // The binder fills these in.
  if (before.volumeName === undefined) delete next.volumeName;
  if (before.storageClassName === undefined) delete next.storageClassName;
  if (before.volumeName !== undefined) {
    if (before.volumeAttributesClassName === undefined) delete next.volumeAttributesClassName;
    else next.volumeAttributesClassName = before.volumeAttributesClassName;
    const storage = before.resources?.requests?.['storage'];
    if (storage !== undefined && next.resources?.requests !== undefined)
      next.resources.requests['storage'] = storage;
  }
  return isSame(next, before)
    ? []
    : [
        forbiddenField(
          'spec',
          'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        ),
      ];
}

function validateAutoscaler(object: KubeObject): FieldError[] {
  const { minReplicas, maxReplicas = 0 } = (object['spec'] ?? {}) as {
    minReplicas?: number;
    maxReplicas?: number;
  };
  const findings: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    findings.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) findings.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    findings.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  }
  return [...findings, ...requires('spec.scaleTargetRef.kind', 'spec.scaleTargetRef.name')(object)];
}

/** What the kinds of `simple-kinds.ts` check, by `group/Kind`; those that are absent check their metadata only. */
export const simpleValidations: Readonly<Record<string, Rules>> = {
  '/ConfigMap': { validate: validateConfigMap, validateUpdate: validateFrozen },
  '/PersistentVolumeClaim': { validate: validateClaim, validateUpdate: validateClaimUpdate },
  '/PodTemplate': {
    validate: (object) =>
      validatePodTemplate(object['template'] as Parameters<typeof validatePodTemplate>[0], 'template'),
  },
  '/ReplicationController': { validate: validateReplicationController },
  '/Secret': { validate: validateSecret, validateUpdate: validateSecretUpdate },
  'apiregistration.k8s.io/APIService': { validate: validateApiService },
  'apps/ControllerRevision': {
    validate: (object) => {
      const data = object['data'];
      const revision = Number(object['revision'] ?? 0);
      return [
        ...(data === undefined ? [required('data', 'data is mandatory')] : []),
        ...(revision < 0 ? [invalidValue('revision', revision, 'must be greater than or equal to 0')] : []),
      ];
    },
  },
  'apps/DaemonSet': { validate: validateDaemonSet, ...warned },
  'apps/Deployment': { validate: validateDeployment, ...warned },
  'apps/ReplicaSet': { validate: validateReplicaSet, ...warned },
  'apps/StatefulSet': { validate: validateStatefulSet, validateUpdate: validateStatefulSetUpdate, ...warned },
  'autoscaling/HorizontalPodAutoscaler': { validate: validateAutoscaler },
  'batch/CronJob': { validate: validateCronJob },
  'batch/Job': { validate: validateJob, validateUpdate: validateJobUpdate, ...warned },
  'coordination.k8s.io/Lease': { validate: validateLease },
  'networking.k8s.io/Ingress': { validate: validateIngress },
  'networking.k8s.io/NetworkPolicy': {
    validate: (object) =>
      validateLabelSelector(fieldAt(object, 'spec.podSelector') as object | undefined, 'spec.podSelector'),
  },
  'policy/PodDisruptionBudget': { validate: validateDisruptionBudget },
  'rbac.authorization.k8s.io/ClusterRole': { validate: validateRole(false) },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    validate: validateRoleBinding(false),
    validateUpdate: validateRoleBindingUpdate,
  },
  'rbac.authorization.k8s.io/Role': { validate: validateRole(true) },
  'rbac.authorization.k8s.io/RoleBinding': {
    validate: validateRoleBinding(true),
    validateUpdate: validateRoleBindingUpdate,
  },
  'scheduling.k8s.io/PriorityClass': {
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  'storage.k8s.io/StorageClass': { validate: requires('provisioner') },
};
