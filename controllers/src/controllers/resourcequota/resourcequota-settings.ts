import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';

/** Settings of the quota controller. */
export interface ResourceQuotaSettings {
  /** How often everything is counted again; 0 or less: never. Milliseconds. */
  resourceQuotaSyncPeriodMs: number;
}

/** Its flags, with kube-controller-manager's defaults. */
export const resourceQuotaFlags: readonly ComponentFlag[] = [
  inEffect.duration('resource-quota-sync-period', '5m0s', 'How often all quotas are counted again.'),
];

/** Its settings from its flags. */
export function readResourceQuotaSettings(flags: FlagReader): ResourceQuotaSettings {
  return { resourceQuotaSyncPeriodMs: flags.durationMs('resource-quota-sync-period') };
}
