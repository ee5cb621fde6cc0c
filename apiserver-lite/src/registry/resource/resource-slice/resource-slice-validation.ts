import { givenList } from '../../fields/given-value.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1ResourceSlice, V1CounterSet, V1ResourceSliceSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain } from '../../fields/formats.ts';
import { GoValue, goValue } from '../../fields/go-value.ts';
import { immutable } from '../../fields/metadata.ts';
import { validateNodeSelector } from '../../pod-template/scheduling/node-selector.ts';
import { validateCsiDriverName } from '../../pod-template/volumes/volume-sources.ts';
import { validateCounters } from '../devices/counters.ts';
import { validateDevice } from '../devices/device.ts';
import { limitedList } from '../devices/limited-list.ts';
import { validateLabelName, validatePoolName } from '../devices/resource-names.ts';

const maxDevices = 128;
const maxAdvancedDevices = 64;
const maxCounterSets = 8;

/** The devices that a driver offers (Kubernetes: `resource/validation.ValidateResourceSlice`). */
export function validateResourceSlice(object: V1ResourceSlice): FieldError[] {
  return validateSpec(specOf(object), undefined);
}

/** A slice stays with its driver, its pool and its node. */
export function validateResourceSliceUpdate(object: V1ResourceSlice, old: V1ResourceSlice): FieldError[] {
  return validateSpec(specOf(object), specOf(old));
}

function validateSpec(
  spec: Partial<V1ResourceSliceSpec>,
  old: Partial<V1ResourceSliceSpec> | undefined,
): FieldError[] {
  const findings = [
    ...validateCsiDriverName(spec.driver ?? '', 'spec.driver'),
    ...validatePool(spec),
    ...(old === undefined ? [] : validateFixed(spec, old)),
    ...validateNodes(spec),
  ];
  const { sharedCounters, devices } = spec;
  if (givenList(spec, 'sharedCounters') !== null && givenList(spec, 'devices') !== null) {
    findings.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const isAdvanced = (devices ?? []).some(
    ({ taints, consumesCounters }) => (taints ?? []).length > 0 || (consumesCounters ?? []).length > 0,
  );
  const before = new Map((old?.devices ?? []).map((device) => [device.name, device]));
  return [
    ...findings,
    ...limitedList(
      devices,
      'spec.devices',
      (device, path) =>
        validateDevice(device, path, {
          old: before.get(device.name),
          selectsNodes: spec.perDeviceNodeSelection === true,
        }),
      { most: isAdvanced ? maxAdvancedDevices : maxDevices, keyOf: ({ name = '' }) => name },
    ),
    ...limitedList(sharedCounters, 'spec.sharedCounters', validateCounterSet, {
      most: maxCounterSets,
      keyOf: ({ name = '' }) => name,
    }),
  ];
}

function validatePool({ pool }: Partial<V1ResourceSliceSpec>): FieldError[] {
  const { name = '', resourceSliceCount: count = 0, generation = 0 } = pool ?? {};
  const findings = validatePoolName(name, 'spec.pool.name');
  if (count <= 0) {
    findings.push(invalidValue('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  }
  const detail = 'must be greater than or equal to zero';
  return generation < 0 ? [...findings, invalidValue('spec.pool.generation', generation, detail)] : findings;
}

function validateFixed(spec: Partial<V1ResourceSliceSpec>, old: Partial<V1ResourceSliceSpec>): FieldError[] {
  const fixed: [string, unknown, unknown][] = [
    ['spec.pool.name', spec.pool?.name, old.pool?.name],
    ['spec.driver', spec.driver, old.driver],
    ['spec.nodeName', spec.nodeName, old.nodeName],
  ];
  return fixed
    .filter(([, value, before]) => value !== before)
    .map(([field, value]) => invalidValue(field, value, immutable));
}

/** From which nodes the devices can be reached is said in one of four ways. */
function validateNodes(spec: Partial<V1ResourceSliceSpec>): FieldError[] {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const findings: FieldError[] = [];
  const set: string[] = [];
  if (nodeName === '') {
    const detail = 'must be either unset or set to a non-empty string';
    findings.push(invalidValue('spec.nodeName', nodeName, detail));
  } else if (typeof nodeName === 'string') {
    set.push('`nodeName`');
    findings.push(...invalidEach('spec.nodeName', nodeName, dns1123Subdomain(nodeName)));
  }
  if (nodeSelector) {
    set.push('`nodeSelector`');
    findings.push(...validateNodeSelector(nodeSelector, 'spec.nodeSelector'));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      const value =
        terms.length === 0
          ? givenList(nodeSelector, 'nodeSelectorTerms')
          : new GoValue(
              terms.map((term) => JSON.parse(goValue('core.v1.NodeSelectorTerm', term).json()) as object),
            );
      const detail = 'must have exactly one node selector term';
      findings.push(invalidValue('spec.nodeSelector.nodeSelectorTerms', value, detail));
    }
  }
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value === true) set.push(`\`${name}\``);
    else if (value === false) {
      findings.push(invalidValue(`spec.${name}`, value, 'must be either unset or set to true'));
    }
  }
  const rule = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) return [...findings, required('spec', rule)];
  const detail = `${rule}, but multiple fields are set`;
  return set.length === 1 ? findings : [...findings, invalidValue('spec', `{${set.join(', ')}}`, detail)];
}

function validateCounterSet({ name = '', counters }: V1CounterSet, field: string): FieldError[] {
  const findings = name === '' ? [required(`${field}.name`)] : validateLabelName(name, `${field}.name`);
  return [...findings, ...validateCounters(counters, `${field}.counters`)];
}
