import type { StoreRequest } from '../../strategy.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1DaemonSet, V1DaemonSetSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { goValue, metaValue } from '../../fields/go-value.ts';
import { isEmptySelector, validateLabelSelector } from '../../fields/label-selector.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import { atLeastZero, atMostHundredPercent, countOrPercent, numberOf } from '../../fields/rules.ts';
import { validateEndless, validateSelected } from '../../pod-template/controlled-template.ts';

const strategies = ['RollingUpdate', 'OnDelete'];

function validateStrategy({ updateStrategy }: V1DaemonSetSpec): FieldError[] {
  const { type, rollingUpdate } = updateStrategy ?? {};
  const field = 'spec.updateStrategy';
  if (type === undefined || !strategies.includes(type))
    return [
      notSupported(field, goValue('apps.v1.DaemonSetUpdateStrategy', updateStrategy ?? {}), strategies),
    ];
  if (type === 'OnDelete') return [];
  if (rollingUpdate === undefined) return [required(`${field}.rollingUpdate`)];
  const { maxUnavailable, maxSurge } = rollingUpdate as { maxUnavailable?: unknown; maxSurge?: unknown };
  const [most, surge] = [`${field}.rollingUpdate.maxUnavailable`, `${field}.rollingUpdate.maxSurge`];
  const findings = [
    ...countOrPercent(most, maxUnavailable),
    ...atMostHundredPercent(most, maxUnavailable),
    ...countOrPercent(surge, maxSurge),
    ...atMostHundredPercent(surge, maxSurge),
  ];
  const [unavailable, extra] = [numberOf(maxUnavailable), numberOf(maxSurge)];
  if (unavailable !== 0 && extra !== 0) {
    findings.push(invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (unavailable === 0 && extra === 0) {
    findings.push(required(most, 'cannot be 0 when maxSurge is 0'));
  }
  return findings;
}

/** Of a DaemonSet without a selector only the labels are found wrong: nothing selects them. */
function validateSelector({ selector, template }: V1DaemonSetSpec): FieldError[] {
  const findings = validateLabelSelector(selector, 'spec.selector');
  if (findings.length === 0) findings.push(...validateSelected(template, selector));
  if (selector && isEmptySelector(selector)) {
    const detail = 'empty selector is invalid for daemonset';
    findings.push(invalidValue('spec.selector', metaValue('LabelSelector', selector), detail));
  }
  return findings;
}

/** Kubernetes: `apps/validation.ValidateDaemonSetSpec`. */
export function validateDaemonSet(
  object: V1DaemonSet,
  _request: StoreRequest,
  old?: V1DaemonSet,
): FieldError[] {
  const spec = specOf(object);
  return [
    ...validateSelector(spec),
    ...validatePodTemplate(spec.template, 'spec.template', old?.spec?.template),
    ...validateEndless(spec.template, 'DaemonSet'),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateStrategy(spec),
    ...atLeastZero('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}
