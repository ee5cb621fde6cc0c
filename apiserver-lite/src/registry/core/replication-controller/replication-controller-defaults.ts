import { type Fields, child, existing, fill } from '../../fields/fill.ts';
import { isEmpty, labelAsTemplate, templateLabels } from '../../pod-template/label-as-template.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** Selector and labels come from the template where they are not said. */
export function defaultReplicationController(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { replicas: 1 });
  const labels = templateLabels(spec);
  if (labels !== undefined && isEmpty(existing(spec, 'selector'))) spec['selector'] = { ...labels };
  labelAsTemplate(object, labels);
  defaultPodTemplate(spec);
}
