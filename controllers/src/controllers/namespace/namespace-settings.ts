import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';

/** Settings of the namespace controller. */
export interface NamespaceSettings {
  /** How long nothing must have been deleted in a namespace before it is emptied. Milliseconds; pg8s' own. */
  namespaceQuietPeriodMs: number;
}

/** Its flags. */
export const namespaceFlags: readonly ComponentFlag[] = [
  inEffect.duration(
    'namespace-deletion-quiet-period',
    '1s',
    'How long clients must have deleted nothing in a namespace before it is emptied, 5s at most (pg8s).',
  ),
];

/** Its settings from its flags. */
export function readNamespaceSettings(flags: FlagReader): NamespaceSettings {
  return { namespaceQuietPeriodMs: flags.durationMs('namespace-deletion-quiet-period') };
}
