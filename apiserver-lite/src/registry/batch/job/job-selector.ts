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
  const sharesLabels = metadata.labels !== undefined && metadata.labels === object.metadata.labels;
  metadata.labels = {
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
    'controller-uid': uid,
    ...metadata.labels,
    [uidLabel]: uid,
  };
  if (sharesLabels) object.metadata.labels = { ...metadata.labels };
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, [uidLabel]: uid };
}
