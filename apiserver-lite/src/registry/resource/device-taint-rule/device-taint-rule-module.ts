import type { V1beta2DeviceTaintRule } from '@pg8s/k8s-proto/generated/models';
import { existing, fill } from '../../fields/fill.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { defineKind } from '../../kind-module.ts';
import { age, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

/** Fills the defaults of a DeviceTaintRule; `nowMs` is the time that its taint is added. */
function defaultDeviceTaintRule(object: V1beta2DeviceTaintRule, nowMs: number): void {
  const taint = existing(existing(object, 'spec'), 'taint');
  if (taint !== undefined) fill(taint, { timeAdded: timestamp(nowMs) });
}

const deviceTaintRuleTable = tableOf<V1beta2DeviceTaintRule>([
  nameColumn(),
  column('Key', ({ spec }) => spec.taint.key),
  column('Value', ({ spec }) => spec.taint.value ?? ''),
  column('Effect', ({ spec }) => spec.taint.effect),
  column('TimeAdded', ({ spec: { taint } }, nowMs) => (taint.timeAdded ? age(taint.timeAdded, nowMs) : '')),
  ageColumn(),
]);

/** DeviceTaintRules (Kubernetes: `pkg/registry/resource/devicetaintrule`). */
export const deviceTaintRuleModule = defineKind('resource.k8s.io/DeviceTaintRule', {
  table: deviceTaintRuleTable,
  status: { hasNoTable: true },
  defaults: { v1beta2: defaultDeviceTaintRule, v1alpha3: defaultDeviceTaintRule },
  returnsDeletedObject: true,
});
