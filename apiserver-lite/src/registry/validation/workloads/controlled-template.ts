import type { V1LabelSelector, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { FieldError } from '../../../server/status-error.ts';
import { formatLabelSelector, selects } from '../../generic/label-selector.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../field-errors.ts';
import { isEmptySelector, validateLabelSelector } from '../label-selector.ts';
import { validatePodTemplate } from '../pod/pod-template.ts';

/** A controller's selector must be there and select something; `whenEmpty` is what kube-apiserver says otherwise.. */
export function validateSelector(selector: V1LabelSelector | undefined, whenEmpty: string): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const findings = validateLabelSelector(selector, 'spec.selector');
  if (isEmptySelector(selector)) findings.push(invalidValue('spec.selector', selector, whenEmpty));
  return findings;
}

/** What a controller makes is selected by it, and restarts for ever (Kubernetes: `ValidatePodTemplateSpecForReplicaSet`). */
export function validateControlledTemplate(
  template: V1PodTemplateSpec | undefined,
  selector: unknown,
  kind: string,
): FieldError[] {
  const findings: FieldError[] = [];
  const labels = template?.metadata?.labels;
  if (formatLabelSelector(selector) !== '' && !selects(selector, labels)) {
    const detail = '`selector` does not match template `labels`';
    findings.push(invalidValue('spec.template.metadata.labels', labels ?? null, detail));
  }
  findings.push(...validatePodTemplate(template, 'spec.template'));
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  if (template?.spec !== undefined && restartPolicy !== 'Always') {
    findings.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    findings.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return findings;
}
