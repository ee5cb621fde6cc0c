import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import {
  unstructuredReason,
  validateStructural,
} from '../../registry/apiextensions/custom-resource-definition/schema/structural.ts';
import type { Definition } from '../definition.ts';
import {
  conditionOf,
  saysSame,
  withCondition,
  withoutCondition,
  type WantedCondition,
} from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';

const type = 'NonStructuralSchema';

/** Undefined: all schemas are structural, which needs no condition. */
function wantedCondition({ spec }: Definition): WantedCondition | undefined {
  const findings: FieldError[] = [];
  if (spec.preserveUnknownFields === true) {
    findings.push(invalidValue('spec.preserveUnknownFields', true, 'must be false'));
  }
  for (const [index, { name, schema: validation }] of spec.versions.entries()) {
    const schema = validation?.openAPIV3Schema as JsonSchema | undefined;
    if (schema === undefined) continue;
    const reason = unstructuredReason(schema);
    if (reason !== undefined) {
      const message = `failed to check validation schema for version ${name}: ${reason}`;
      return { type, status: 'Unknown', reason: 'StructuralError', message };
    }
    findings.push(...validateStructural(schema, `spec.versions[${index}].schema.openAPIV3Schema`));
  }
  if (findings.length === 0) return undefined;
  const texts = [...new Set(findings.map(({ field, message }) => `${field}: ${message}`))];
  const message = texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
  return { type, status: 'True', reason: 'Violations', message };
}

/**
 * The definition with a condition where a schema is not structural, and without it where all are; the
 * definition itself where nothing changes (Kubernetes: `controller/nonstructuralschema`).
 */
export function withStructure(definition: Definition, nowMs: number): Definition {
  const wanted = wantedCondition(definition);
  const known = conditionOf(definition, type);
  if (wanted === undefined) return known === undefined ? definition : withoutCondition(definition, type);
  return saysSame(known, wanted) ? definition : withCondition(definition, wanted, nowMs);
}
