import { validateCaBundle } from '../../registry/fields/webhook-client.ts';
import { isTrue, type Definition } from '../definition.ts';
import {
  conditionOf,
  saysSame,
  withCondition,
  type WantedCondition,
} from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';

const established: WantedCondition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

const invalidBundle: WantedCondition = {
  type: 'Established',
  status: 'False',
  reason: 'InvalidCABundle',
  message: 'The conversion webhook CABundle is invalid',
};

/** Whether the definition has its names and is only to be established. */
export function awaitsEstablishing(definition: Definition): boolean {
  return isTrue(definition, 'NamesAccepted') && !isTrue(definition, 'Established');
}

/**
 * The definition as an established one, if it has its names; the definition itself where nothing changes
 * (Kubernetes: `controller/establish`).
 */
export function withEstablished(definition: Definition, nowMs: number): Definition {
  if (!awaitsEstablishing(definition)) return definition;
  const bundle = definition.spec.conversion?.webhook?.clientConfig?.caBundle ?? '';
  const isValid = bundle === '' || validateCaBundle(bundle, '').length === 0;
  const wanted = isValid ? established : invalidBundle;
  return saysSame(conditionOf(definition, 'Established'), wanted)
    ? definition
    : withCondition(definition, wanted, nowMs);
}
