import { defineKind } from '../../kind-module.ts';
import { defaultDeviceTaintRule } from './device-taint-rule-defaults.ts';
import { deviceTaintRuleTable } from './device-taint-rule-table.ts';

/** DeviceTaintRules (Kubernetes: `pkg/registry/resource/devicetaintrule`). */
export const deviceTaintRuleModule = defineKind('resource.k8s.io/DeviceTaintRule', {
  table: deviceTaintRuleTable,
  defaults: { v1beta2: defaultDeviceTaintRule, v1alpha3: defaultDeviceTaintRule },
  returnsDeletedObject: true,
});
