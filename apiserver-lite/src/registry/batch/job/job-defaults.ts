import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';
import { labelAsTemplate, templateLabels } from '../../pod-template/label-as-template.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

const maxInt32 = 2147483647;

/** Fills the defaults of a Job (Kubernetes: `apis/batch/v1/defaults.go`). */
export function defaultJob(object: Fields): void {
  const spec = child(object, 'spec');
  labelAsTemplate(object, templateLabels(spec));
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : maxInt32,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  for (const rule of items(existing(spec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of items(rule, 'onPodConditions')) fillText(pattern, { status: 'True' });
  }
  defaultPodTemplate(spec);
}
