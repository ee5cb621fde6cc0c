import { type Fields, existing } from '../../fields/fill.ts';
import { defaultClaimSpec } from '../devices/claim-spec-defaults.ts';

export function defaultResourceClaimTemplate(object: Fields): void {
  defaultClaimSpec(existing(existing(object, 'spec'), 'spec'));
}
