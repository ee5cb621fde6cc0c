import { type Fields, existing } from '../../fields/fill.ts';
import { defaultClaimSpec } from '../devices/claim-spec-defaults.ts';

/** Fills the defaults of a ResourceClaimTemplate (Kubernetes: `apis/resource/v1/defaults.go`). */
export function defaultResourceClaimTemplate(object: Fields): void {
  defaultClaimSpec(existing(existing(object, 'spec'), 'spec'));
}
