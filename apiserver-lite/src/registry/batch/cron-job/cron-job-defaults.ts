import { type Fields, child, existing, fill, fillText } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** Fills the defaults of a CronJob (Kubernetes: `apis/batch/v1/defaults.go`). */
export function defaultCronJob(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { concurrencyPolicy: 'Allow' });
  fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  defaultPodTemplate(existing(existing(spec, 'jobTemplate'), 'spec'));
}
