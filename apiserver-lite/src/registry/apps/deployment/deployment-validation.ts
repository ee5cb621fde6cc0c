import type { StoreRequest } from '../../strategy.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Deployment, V1DeploymentSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { atLeastZero, atMostHundredPercent, countOrPercent, numberOf } from '../../fields/rules.ts';
import { validateSelectedTemplate } from '../../pod-template/controlled-template.ts';

const strategies = ['Recreate', 'RollingUpdate'];

function validateStrategy({ strategy }: V1DeploymentSpec): FieldError[] {
  const { type, rollingUpdate } = strategy ?? {};
  const field = 'spec.strategy.rollingUpdate';
  if (type === undefined || !strategies.includes(type)) {
    return [notSupported('spec.strategy', goValue('apps.v1.DeploymentStrategy', strategy ?? {}), strategies)];
  }
  if (rollingUpdate === undefined) return [];
  if (type === 'Recreate') {
    return [forbiddenField(field, "may not be specified when strategy `type` is 'Recreate'")];
  }
  const { maxUnavailable, maxSurge } = rollingUpdate as { maxUnavailable?: unknown; maxSurge?: unknown };
  const findings = [
    ...countOrPercent(`${field}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${field}.maxSurge`, maxSurge),
  ];
  if (numberOf(maxUnavailable) === 0 && numberOf(maxSurge) === 0) {
    findings.push(
      invalidValue(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  return [...findings, ...atMostHundredPercent(`${field}.maxUnavailable`, maxUnavailable)];
}

/** Kubernetes: `apps/validation.ValidateDeploymentSpec`. */
export function validateDeployment(
  object: V1Deployment,
  _request: StoreRequest,
  old?: V1Deployment,
): FieldError[] {
  const spec = specOf(object);
  const { minReadySeconds, revisionHistoryLimit, progressDeadlineSeconds } = spec;
  const findings = [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...validateSelectedTemplate(spec.selector, spec.template, old?.spec?.template),
    ...validateStrategy(spec),
    ...atLeastZero('spec.minReadySeconds', minReadySeconds),
    ...atLeastZero('spec.revisionHistoryLimit', revisionHistoryLimit),
    ...atLeastZero('spec.progressDeadlineSeconds', progressDeadlineSeconds),
  ];
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= (minReadySeconds ?? 0)) {
    const detail = 'must be greater than minReadySeconds';
    findings.push(invalidValue('spec.progressDeadlineSeconds', progressDeadlineSeconds, detail));
  }
  return findings;
}
