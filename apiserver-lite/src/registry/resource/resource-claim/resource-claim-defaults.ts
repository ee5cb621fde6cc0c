import { type Fields, existing, items } from '../../fields/fill.ts';
import { defaultClaimSpec, defaultTolerations } from '../devices/claim-spec-defaults.ts';

/** Fills the defaults of a ResourceClaim (Kubernetes: `apis/resource/v1/defaults.go`). */
export function defaultResourceClaim(object: Fields): void {
  defaultClaimSpec(existing(object, 'spec'));
  const devices = existing(existing(existing(object, 'status'), 'allocation'), 'devices');
  for (const result of items(devices, 'results')) defaultTolerations(result);
}
