import { controllerRefTo } from '../../runtime/workload/controller-ref.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../../runtime/client/resource.ts';
import { podTemplateHashLabel } from './owned-replicasets.ts';
import { podTemplateHash } from '../../runtime/workload/pod-template-hash/pod-template-hash.ts';
import { annotationsOfCurrent, sizeAnnotations } from './revision.ts';

const longestName = 253;

/**
 * The ReplicaSet of the Deployment's template. Its name has the template's hash, so that it cannot be created
 * twice.
 */
export function newReplicaSet(deployment: Deployment, replicas: number, revision: bigint): ReplicaSet {
  const { spec, status, metadata } = deployment;
  const template: PodTemplate = spec?.template ?? {};
  const hash = podTemplateHash(template, status?.collisionCount);
  const labels = { ...template.metadata?.labels, [podTemplateHashLabel]: hash };
  const selector = spec?.selector ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${(metadata.name ?? '').slice(0, longestName - 1 - hash.length)}-${hash}`,
      namespace: metadata.namespace ?? '',
      ownerReferences: [controllerRefTo(deployment)],
      labels,
      annotations: {
        ...annotationsOfCurrent(deployment, undefined, revision),
        ...sizeAnnotations(deployment),
      },
    },
    spec: {
      replicas,
      ...(spec?.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [podTemplateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
