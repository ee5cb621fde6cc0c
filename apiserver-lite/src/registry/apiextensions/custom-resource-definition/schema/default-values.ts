import type { FieldError } from '../../../../api-errors/status-error.ts';
import { copyOf, isSame } from '../../../generic/copy-object.ts';
import { invalidValue } from '../../../fields/field-errors.ts';
import { coerceObjects, validateObjects } from '../../../../apiextensions/schema/embedded-object.ts';
import { asSchema, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { pruned } from '../../../../apiextensions/schema/prune.ts';
import { schemaNode } from '../../../../apiextensions/schema/schema-node.ts';
import { atOnce } from '../../../../apiextensions/schema/values/at-once.ts';
import { validateValue } from '../../../../apiextensions/schema/values/validate-value.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';

/** Builds the whole object around a value within its metadata. */
type Surround = (value: unknown) => unknown;

interface Around {
  surround: Surround;
  /** The schema of the whole object. */
  root: JsonSchema;
  inMeta: boolean;
  requirePruned: boolean;
}

const bare: Surround = (value) => ({
  apiVersion: 'validation/v1',
  kind: 'Validation',
  ...(value as object | undefined),
});

/**
 * Every default is valid by its own schema, and holds no field that pruning would take away (Kubernetes:
 * `defaulting.ValidateDefaults`).
 */
export function validateDefaults(schema: JsonSchema, field: string, requirePruned: boolean): FieldError[] {
  const root: JsonSchema = { ...schema, 'x-kubernetes-embedded-resource': true };
  return validate(root, field, { surround: bare, root, inMeta: false, requirePruned });
}

function validate(schema: JsonSchema, field: string, given: Around): FieldError[] {
  const isObject = schema['x-kubernetes-embedded-resource'] === true;
  const around: Around = isObject ? { ...given, surround: bare, root: schema, inMeta: false } : given;
  const findings = [...validateDefault(schema, `${field}.default`, around)];
  const items = asSchema(schema.items);
  const below = (wrap: Surround, inMeta: boolean): Around => ({
    ...around,
    inMeta,
    surround: (value) => around.surround(wrap(value)),
  });
  if (items !== undefined) {
    const inside = below((value) => [value], around.inMeta);
    findings.push(...validate(items, `${field}.items`, inside));
  }
  // Nothing is set by default below additionalProperties.
  for (const [name, child] of sortedEntries(schema.properties)) {
    const meta = isObject && (name === 'metadata' || name === 'apiVersion' || name === 'kind');
    const inside = below((value) => ({ [name]: value }), around.inMeta || meta);
    findings.push(...validate(child, `${field}.properties[${name}]`, inside));
  }
  return findings;
}

function validateDefault(schema: JsonSchema, field: string, around: Around): FieldError[] {
  const value = schema.default;
  if (value === undefined || value === null) return [];
  if (around.inMeta) {
    const whole = copyOf(around.surround(value));
    const root = schemaNode(around.root);
    const wrong = [...coerceObjects(whole, root, ''), ...validateObjects(whole, root, '')];
    if (wrong.length === 0) return atOnce(validateValue(value, schema, field));
    const reasons = wrong.map((error) => `${error.field.replace(/^\./, '')}: ${error.message}`);
    const text = reasons.length === 1 ? reasons[0] : `[${reasons.join(', ')}]`;
    return [invalidValue(field, value, `must result in valid metadata: ${text}`)];
  }
  const findings: FieldError[] = [];
  if (around.requirePruned && !isSame(pruned(value, schema), value)) {
    findings.push(invalidValue(field, value, 'must not have unknown fields'));
  }
  const node = schemaNode(schema);
  const copy = copyOf(value);
  for (const rule of [coerceObjects, validateObjects]) {
    const wrong = rule(copy, node, field);
    if (wrong.length > 0) return [...findings, ...wrong];
  }
  return [...findings, ...atOnce(validateValue(value, schema, field))];
}
