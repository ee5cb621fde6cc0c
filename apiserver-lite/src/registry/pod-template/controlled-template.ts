import type { V1LabelSelector, V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { selects } from '../fields/label-selector-text.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { givenMap } from '../fields/given-value.ts';
import { metaValue } from '../fields/go-value.ts';
import { isEmptySelector, validateLabelSelector } from '../fields/label-selector.ts';
import { validatePodTemplate } from './pod-template.ts';

type Selector = V1LabelSelector | null | undefined;
type Template = V1PodTemplateSpec | undefined;

/**
 * The finding on a template whose Pods the controller would not know as its own. An absent selector selects
 * nothing.
 */
export function validateSelected(template: Template, selector: Selector): FieldError[] {
  const labels = template?.metadata?.labels;
  if (selector && selects(selector, labels)) return [];
  const detail = '`selector` does not match template `labels`';
  const given = givenMap(template?.metadata, 'labels');
  return [invalidValue('spec.template.metadata.labels', given, detail)];
}

/** What kube-apiserver says of a kind's selector. */
export interface SelectorRules {
  whenEmpty: string;
  /** Said once more of a selector that cannot be used. */
  whenBroken: string;
}

/**
 * A controller's selector must be there and select something; of one that cannot be used, what it selects is
 * not asked.
 */
export function validateSelector(
  selector: Selector,
  { whenEmpty, whenBroken }: SelectorRules,
): { findings: FieldError[]; broken: boolean } {
  const field = 'spec.selector';
  if (!selector) return { findings: [required(field)], broken: false };
  const findings = validateLabelSelector(selector, field);
  const broken = findings.length > 0;
  const printed = metaValue('LabelSelector', selector);
  if (isEmptySelector(selector)) findings.push(invalidValue(field, printed, whenEmpty));
  if (broken) findings.push(invalidValue(field, printed, whenBroken));
  return { findings, broken };
}

/** What a controller makes restarts for ever, and has no deadline. */
export function validateEndless(template: Template, kind: string): FieldError[] {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  const findings: FieldError[] = [];
  if (restartPolicy !== 'Always') {
    findings.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    findings.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return findings;
}

/** A selector, and a template whose Pods it selects (Kubernetes: `ValidatePodTemplateSpecForReplicaSet`). */
export function validateSelectedTemplate(
  selector: Selector,
  template: Template,
  old?: Template,
): FieldError[] {
  const { findings, broken } = validateSelector(selector, {
    whenEmpty: 'empty selector is invalid for deployment',
    whenBroken: 'invalid label selector',
  });
  if (broken) return findings;
  return [
    ...findings,
    ...validateSelected(template, selector),
    ...validatePodTemplate(template, 'spec.template', old),
    ...validateEndless(template, 'ReplicaSet'),
  ];
}
