import { type Fields, child } from '../../fields/fill.ts';

/** Fills the defaults of a FlowSchema (Kubernetes: `apis/flowcontrol/v1/defaults.go`). */
export function defaultFlowSchema(object: Fields): void {
  const spec = child(object, 'spec');
  if (!spec['matchingPrecedence']) spec['matchingPrecedence'] = 1000;
}
