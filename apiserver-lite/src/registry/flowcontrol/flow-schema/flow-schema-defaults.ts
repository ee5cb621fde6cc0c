import { type Fields, child } from '../../fields/fill.ts';

export function defaultFlowSchema(object: Fields): void {
  const spec = child(object, 'spec');
  if (!spec['matchingPrecedence']) spec['matchingPrecedence'] = 1000;
}
