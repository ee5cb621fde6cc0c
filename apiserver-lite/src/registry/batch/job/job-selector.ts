import type { V1Job, V1JobSpec } from '@pg8s/k8s-proto/generated/models';

const uidLabel = 'batch.kubernetes.io/controller-uid';

/**
 * A Job finds its Pods by its own uid, unless it brings a selector of its own (Kubernetes:
 * `job.generateSelector`): the labels go on the template, the selector asks for the first of them.
 */
export function generateJobSelector(object: V1Job): void {
  const spec = object.spec as V1JobSpec | undefined;
  if (spec?.template === undefined || spec.manualSelector === true) return;
  const { uid = '', name = '' } = object.metadata;
  const metadata = (spec.template.metadata ??= {});
  metadata.labels = {
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
    'controller-uid': uid,
    ...metadata.labels,
    [uidLabel]: uid,
  };
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, [uidLabel]: uid };
}

/**
 * A Job without labels that is read again has those of its template (Kubernetes: `SetDefaults_Job`). The
 * request that writes it is judged without them.
 */
export function takeTemplateLabels({ metadata, spec }: V1Job): void {
  const labels = spec?.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...labels };
}
