import type { FieldError } from '../../../api-errors/status-error.ts';
import type { Steps } from '../../../http/in-turns.ts';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { validateDefaults } from './schema/default-values.ts';
import { goNames, setFields, type JsonSchema } from '../../../apiextensions/schema/json-schema.ts';
import { validateOpenApiSchema, type SchemaDemands } from './schema/openapi-schema.ts';
import { printedSchema } from './schema/schema-value.ts';
import { validateRuleExpressions } from './schema/rule-compilation.ts';
import { unstructuredReason, validateStructural } from './schema/structural.ts';

/** What is asked of a definition's schemas. */
export interface DefinitionDemands extends SchemaDemands {
  structural: boolean;
  prunedDefaults: boolean;
}

const allowedAtRoot = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];

interface Place {
  field: string;
  /** Whether the status has an endpoint of its own, by its own part of the schema. */
  statusEnabled: boolean;
  demands: DefinitionDemands;
  /** The stored definition has this schema for the same version. */
  unchanged?: boolean;
}

/** The schema of one version, or of all (Kubernetes: `validateCustomResourceDefinitionValidation`). */
export function* validateDefinitionSchema(
  schema: JsonSchema | undefined,
  { field, statusEnabled, demands, unchanged = false }: Place,
): Steps<FieldError[]> {
  if (schema === undefined) return [];
  const root = `${field}.openAPIV3Schema`;
  const findings: FieldError[] = statusEnabled ? validateRoot(schema, root) : [];
  if (schema.nullable === true) {
    findings.push(forbiddenField(`${root}.nullable`, 'nullable cannot be true at the root'));
  }
  let unstructured: string | undefined;
  let isStructural = false;
  if (demands.structural) {
    unstructured = unstructuredReason(schema);
    if (unstructured === undefined) {
      const structural = validateStructural(schema, root);
      const wrong =
        structural.length > 0 ? structural : validateDefaults(schema, root, demands.prunedDefaults);
      isStructural = wrong.length === 0;
      findings.push(...wrong);
    }
  }
  yield;
  const schemaFindings = validateOpenApiSchema(schema, root, demands);
  findings.push(...schemaFindings);
  if (isStructural) {
    findings.push(...(yield* validateRuleExpressions(schema, root, { schemaFindings, unchanged })));
  }
  return findings.length === 0 && unstructured !== undefined
    ? [invalidValue(root, '', unstructured)]
    : findings;
}

/** With a status of its own, only some fields may stand at the root; the first other one is reported. */
function validateRoot(schema: JsonSchema, field: string): FieldError[] {
  for (const name of setFields(schema)) {
    if (name === 'type' && schema.type !== 'object') {
      const detail = `only "object" is allowed as the type at the root of the schema if the status subresource is enabled`;
      return [invalidValue(`${field}.type`, schema.type, detail)];
    }
    if (allowedAtRoot.includes(goNames[name])) continue;
    const detail = `only [${allowedAtRoot.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
    return [invalidValue(field, printedSchema(schema), detail)];
  }
  return [];
}
