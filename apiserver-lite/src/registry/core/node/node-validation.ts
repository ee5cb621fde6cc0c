import type { V1Node, V1Taint } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicateBecause,
  internalFault,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { parseCidr, validateCidr } from '../../fields/ip.ts';
import { each } from '../../fields/rules.ts';
import { validateAddresses, validateDeclaredFeatures, validateNodeResources } from './node-status.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaints(taints: readonly V1Taint[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const path = `metadata.taints[${index}]`;
    const findings = [...invalidEach(`${path}.key`, taint.key, qualifiedName(taint.key))];
    const wrong = validLabelValue(taint.value ?? '');
    if (wrong.length > 0) findings.push(invalidValue(`${path}.value`, taint.value ?? '', wrong.join(';')));
    if (!taint.effect) findings.push(required(`${path}.effect`));
    else if (!effects.includes(taint.effect))
      findings.push(notSupported(`${path}.effect`, taint.effect, effects));
    const id = `${taint.key}:${taint.effect}`;
    if (seen.has(id)) {
      findings.push(
        duplicateBecause(
          path,
          goValue('core.v1.Taint', taint),
          'taints must be unique by key and effect pair',
        ),
      );
    }
    seen.add(id);
    return findings;
  });
}

const onceOnly = (field: string) =>
  forbiddenField(
    `spec.${field}`,
    `node updates may not change ${field === 'podCIDRs' ? 'podCIDR' : field} except from "" to valid`,
  );

/**
 * What a node has and its taints are looked at a second time, and some fields are set once, by the provider
 * of the machine (Kubernetes: `core/validation.ValidateNodeUpdate`); of the node and of its status.
 */
export function validateNodeUpdate(object: V1Node, { spec: before = {} }: V1Node): FieldError[] {
  const { spec: next = {} } = object;
  const findings = [
    ...validateNodeResources(object),
    ...validateDeclaredFeatures(object),
    ...validateAddresses(object),
  ];
  const [ranges, known] = [next.podCIDRs ?? [], before.podCIDRs ?? []];
  if (known.length > 0 && ranges.length !== known.length) findings.push(onceOnly('podCIDRs'));
  else findings.push(...known.flatMap((range, at) => (range === ranges[at] ? [] : [onceOnly('podCIDRs')])));
  if (before.providerID && next.providerID !== before.providerID) findings.push(onceOnly('providerID'));
  findings.push(...validateTaints(next.taints ?? []));
  if ((next.externalID ?? '') !== (before.externalID ?? ''))
    findings.push(forbiddenField('spec.externalID', 'may not be updated'));
  return findings;
}

/** Kubernetes: `core/validation.ValidateNode`. */
export function validateNode(object: V1Node): FieldError[] {
  const { taints = [], podCIDRs = [] } = object.spec ?? {};
  const findings = [
    ...validateTaints(taints),
    ...validateNodeResources(object),
    ...validateDeclaredFeatures(object),
    ...each(podCIDRs, 'spec.podCIDRs', (range, path) => validateCidr(path, range)),
  ];
  if (podCIDRs.length < 2) return findings;
  const versions = podCIDRs.map((range) => parseCidr(range)?.version);
  const unread = versions.indexOf(undefined);
  if (unread !== -1) {
    const detail = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[${unread}]: <nil> (invalid CIDR address: ${podCIDRs[unread]})`;
    findings.push(internalFault('spec.podCIDRs', detail));
  }
  if (unread !== -1 || podCIDRs.length > 2 || versions[0] === versions[1]) {
    findings.push(
      invalidValue('spec.podCIDRs', podCIDRs, 'may specify no more than one CIDR for each IP family'),
    );
  }
  return findings;
}
