import type { FieldError } from '../../../api-errors/status-error.ts';
import type { CorrelatedValue } from '../correlated-value.ts';
import type { Steps } from '../../../http/in-turns.ts';
import type { JsonSchema } from '../json-schema.ts';
import { accepts } from './accepts.ts';
import { explain } from './explain.ts';
import { Words } from './findings.ts';
import { valueSchema } from './value-schema.ts';

/**
 * What a value lacks of a schema, in the words of a stock server. `field` is where the value stands; empty:
 * it is the whole object. `before` is what it was, of which nothing is said where it is the same (Kubernetes:
 * `validation.ValidateCustomResource`, `ValidateCustomResourceUpdate`). Throws 413 where it would take too
 * long.
 */
export function* validateValue(
  value: unknown,
  schema: JsonSchema,
  field: string,
  before?: CorrelatedValue,
): Steps<FieldError[]> {
  const prepared = valueSchema(schema);
  if (yield* accepts(prepared, value)) return [];
  yield;
  return (yield* explain(prepared, { value, path: '', before }, new Words(field))).errors;
}
