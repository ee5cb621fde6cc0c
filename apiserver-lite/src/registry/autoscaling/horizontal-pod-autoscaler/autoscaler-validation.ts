import { specOf } from '../../fields/spec-and-status.ts';
import type {
  V2HorizontalPodAutoscaler,
  V2CrossVersionObjectReference,
  V2HPAScalingRules,
  V2MetricIdentifier,
  V2MetricSpec,
  V2MetricTarget,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { dns1123Label, pathSegment } from '../../fields/formats.ts';
import { canonical, validateContainerResourceName } from '../../pod-template/resources/resources.ts';
import { each, named, oneOfIfSet, signOf } from '../../fields/rules.ts';

const isSet = <T>(value: T | undefined | null): value is T => value !== undefined && value !== null;

function validateReference(
  reference: V2CrossVersionObjectReference | undefined,
  field: string,
): FieldError[] {
  return [
    ...named(`${field}.kind`, reference?.kind, pathSegment),
    ...named(`${field}.name`, reference?.name, pathSegment),
  ];
}

function validateIdentifier(metric: V2MetricIdentifier | undefined, field: string): FieldError[] {
  const name = metric?.name ?? '';
  return [
    ...(name === ''
      ? [required(`${field}.name`, 'must specify a metric name')]
      : invalidEach(`${field}.name`, name, pathSegment(name))),
  ];
}

function validateTarget(target: V2MetricTarget | undefined, field: string): FieldError[] {
  const { type, value, averageValue, averageUtilization } = target ?? ({} as V2MetricTarget);
  const findings: FieldError[] = [];
  if (!type) findings.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type ?? '')) {
    findings.push(
      invalidValue(`${field}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue'),
    );
  }
  for (const [name, amount] of Object.entries({ value, averageValue })) {
    if (isSet(amount) && signOf(amount) !== 1) {
      findings.push(invalidValue(`${field}.${name}`, canonical(amount), 'must be positive'));
    }
  }
  if (isSet(averageUtilization) && averageUtilization < 1) {
    findings.push(invalidValue(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return findings;
}

function validateUtilization(target: V2MetricTarget | undefined, field: string): FieldError[] {
  const findings = validateTarget(target, field);
  const [share, amount] = [target?.averageUtilization, target?.averageValue];
  if (!isSet(share) && !isSet(amount)) {
    const detail = 'must set either a target raw value or a target utilization';
    findings.push(required(`${field}.averageUtilization`, detail));
  } else if (isSet(share) && isSet(amount)) {
    const detail = 'may not set both a target raw value and a target utilization';
    findings.push(forbiddenField(`${field}.averageValue`, detail));
  }
  return findings;
}

const sources: Readonly<Record<string, (spec: V2MetricSpec, field: string) => FieldError[]>> = {
  object({ object }, field) {
    const target = object?.target;
    return [
      ...validateReference(object?.describedObject, `${field}.describedObject`),
      ...validateIdentifier(object?.metric, `${field}.metric`),
      ...validateTarget(target, `${field}.target`),
      ...(!isSet(target?.value) && !isSet(target?.averageValue)
        ? [required(`${field}.target.averageValue`, 'must set either a target value or averageValue')]
        : []),
    ];
  },
  external({ external }, field) {
    const { value, averageValue } = external?.target ?? {};
    const findings = [
      ...validateIdentifier(external?.metric, `${field}.metric`),
      ...validateTarget(external?.target, `${field}.target`),
    ];
    if (!isSet(value) && !isSet(averageValue)) {
      const detail = 'must set either a target value for metric or a per-pod target';
      findings.push(required(`${field}.target.averageValue`, detail));
    } else if (isSet(value) && isSet(averageValue)) {
      const detail = 'may not set both a target value for metric and a per-pod target';
      findings.push(forbiddenField(`${field}.target.value`, detail));
    }
    return findings;
  },
  pods: ({ pods }, field) => [
    ...validateIdentifier(pods?.metric, `${field}.metric`),
    ...validateTarget(pods?.target, `${field}.target`),
    ...(isSet(pods?.target?.averageValue)
      ? []
      : [required(`${field}.target.averageValue`, 'must specify a positive target averageValue')]),
  ],
  resource: ({ resource }, field) => [
    ...(resource?.name ? [] : [required(`${field}.name`, 'must specify a resource name')]),
    ...validateUtilization(resource?.target, `${field}.target`),
  ],
  containerResource: ({ containerResource: source }, field) => [
    ...(source?.name
      ? validateContainerResourceName(source.name, `${field}.name`)
      : [required(`${field}.name`, 'must specify a resource name')]),
    ...(source?.container
      ? invalidEach(`${field}.container`, source.container, dns1123Label(source.container))
      : [required(`${field}.container`, 'must specify a container')]),
    ...validateUtilization(source?.target, `${field}.target`),
  ],
};

const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function validateMetric(spec: V2MetricSpec, field: string): FieldError[] {
  const type = spec.type ?? '';
  const findings = type === '' ? [required(`${field}.type`, 'must specify a metric source type')] : [];
  if (!types.includes(type)) findings.push(notSupported(`${field}.type`, type, types));
  const given = Object.keys(sources).filter((name) =>
    isSet((spec as unknown as Record<string, unknown>)[name]),
  );
  const [first] = given;
  if (first !== undefined) findings.push(...(sources[first]?.(spec, `${field}.${first}`) ?? []));
  const expected = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
  if (types.includes(type) && !given.includes(expected)) {
    findings.push(required(`${field}.${expected}`, 'must populate information for the given metric source'));
  }
  // kube-apiserver finds this twice, before the sources and after them.
  if (!types.includes(type)) findings.push(notSupported(`${field}.type`, type, types));
  if (given.length === 1) return findings;
  const others = given.filter((name) => name !== expected);
  return [
    ...findings,
    ...others.map((name) => forbiddenField(`${field}.${name}`, 'must populate the given metric source only')),
  ];
}

function validateScaling(rules: V2HPAScalingRules | undefined, field: string): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies } = rules;
  const findings: FieldError[] = [];
  const path = `${field}.stabilizationWindowSeconds`;
  if (isSet(seconds) && seconds < 0) {
    findings.push(invalidValue(path, seconds, 'must be greater than or equal to zero'));
  }
  if (isSet(seconds) && seconds > 3600) {
    findings.push(invalidValue(path, seconds, 'must be less than or equal to 3600'));
  }
  findings.push(...oneOfIfSet(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if ((policies ?? []).length === 0) {
    findings.push(required(`${field}.policies`, 'must specify at least one Policy'));
  }
  if (isSet(rules.tolerance) && signOf(rules.tolerance) < 0) {
    const amount = canonical(rules.tolerance);
    findings.push(invalidValue(`${field}.tolerance`, amount, 'must be greater than or equal to 0'));
  }
  return [
    ...findings,
    ...each(policies, `${field}.policies`, ({ type, value = 0, periodSeconds = 0 }, place) => {
      const found = oneOfIfSet(`${place}.type`, type ?? '', ['Percent', 'Pods']);
      if (value <= 0) found.push(invalidValue(`${place}.value`, value, 'must be greater than zero'));
      const period = `${place}.periodSeconds`;
      if (periodSeconds <= 0) found.push(invalidValue(period, periodSeconds, 'must be greater than zero'));
      if (periodSeconds > 1800)
        found.push(invalidValue(period, periodSeconds, 'must be less than or equal to 1800'));
      return found;
    }),
  ];
}

/**
 * What is wrong with the API version of a scaled object, which every kind but one of the core has with a
 * group.
 */
function versionProblem({
  kind,
  apiVersion = '',
}: Partial<V2CrossVersionObjectReference>): string | undefined {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  const hasGroup = parts.length === 2 && parts[0] !== '';
  return hasGroup || kind === 'ReplicationController' ? undefined : 'apiVersion must specify API group';
}

/**
 * Kubernetes: `autoscaling/validation.validateHorizontalPodAutoscalerSpec`; `old` is missing for a new one.
 */
export function validateAutoscaler(
  object: V2HorizontalPodAutoscaler,
  old?: V2HorizontalPodAutoscaler,
): FieldError[] {
  const spec = specOf(object);
  const { minReplicas, maxReplicas = 0, behavior, scaleTargetRef: target = {}, metrics = [] } = spec;
  const before = specOf(old);
  const findings: FieldError[] = [];
  const least = before.minReplicas === 0 ? 0 : 1;
  if (isSet(minReplicas) && minReplicas < least) {
    findings.push(invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`));
  }
  if (maxReplicas === 0) findings.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (maxReplicas < 0)
    findings.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  if (isSet(minReplicas) && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    findings.push(invalidValue('spec.maxReplicas', maxReplicas, detail));
  }
  return [
    ...findings,
    ...validateReference(spec.scaleTargetRef, 'spec.scaleTargetRef'),
    ...validateTargetVersion(target, before.scaleTargetRef),
    ...each(spec.metrics, 'spec.metrics', validateMetric),
    ...(minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')
      ? [
          forbiddenField(
            'spec.metrics',
            'must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : []),
    ...validateScaling(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateScaling(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

/** What was taken once stays good as long as it is not changed. */
function validateTargetVersion(
  target: Partial<V2CrossVersionObjectReference>,
  before: Partial<V2CrossVersionObjectReference> | undefined,
): FieldError[] {
  const { apiVersion = '', kind = '' } = target;
  if (before !== undefined && (before.apiVersion ?? '') === apiVersion && (before.kind ?? '') === kind)
    return [];
  const problem = versionProblem(target);
  return problem === undefined ? [] : [invalidValue('spec.scaleTargetRef.apiVersion', apiVersion, problem)];
}
