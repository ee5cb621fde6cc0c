import { type Fields, child, existing, fill, items } from '../fields/fill.ts';
import { defaultRules } from './rule-defaults.ts';

function defaultMatchResources(match: Fields): void {
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  defaultRules([...items(match, 'resourceRules'), ...items(match, 'excludeResourceRules')]);
}

/** Fills the defaults of an admission policy of both kinds. */
export function defaultAdmissionPolicy(object: Fields): void {
  const spec = child(object, 'spec');
  fill(spec, { failurePolicy: 'Fail' });
  const match = existing(spec, 'matchConstraints');
  if (match !== undefined) defaultMatchResources(match);
}

/** Fills the defaults of a binding of both kinds of admission policies. */
export function defaultAdmissionPolicyBinding(object: Fields): void {
  const match = existing(existing(object, 'spec'), 'matchResources');
  if (match !== undefined) defaultMatchResources(match);
}
