import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import type { DefinedVersion } from '../definition.ts';
import { goNames, type JsonSchema, type SchemaRule } from '../../../../apiextensions/schema/json-schema.ts';

type Fields = Record<string, unknown>;

const texts: ReadonlySet<string> = new Set([
  'id',
  '$schema',
  'description',
  'type',
  'format',
  'title',
  'pattern',
]);
const flags: ReadonlySet<string> = new Set([
  'nullable',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'uniqueItems',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
]);

/*
 * The server's own types have no names for JSON: findings print their fields as Go calls them, all of them,
 * in the order of the types.
 */

/** A schema as findings print it. */
export function printedSchema(schema: JsonSchema): Fields {
  const fields = Object.entries(goNames).map(([name, goName]) => {
    const value = schema[name as keyof JsonSchema];
    if (texts.has(name)) return [goName, value ?? ''];
    if (flags.has(name)) return [goName, value === true];
    return [goName, value === undefined || value === null ? null : printedField(name, value)];
  });
  return Object.fromEntries(fields) as Fields;
}

function printedField(name: string, value: unknown): unknown {
  switch (name) {
    case 'items':
      return Array.isArray(value)
        ? { Schema: null, JSONSchemas: (value as JsonSchema[]).map(printedSchema) }
        : { Schema: printedSchema(value as JsonSchema), JSONSchemas: null };
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as JsonSchema[]).map(printedSchema);
    case 'not':
      return printedSchema(value as JsonSchema);
    case 'additionalProperties':
    case 'additionalItems':
      return typeof value === 'boolean'
        ? { Allows: value, Schema: null }
        : { Allows: true, Schema: printedSchema(value as JsonSchema) };
    case 'properties':
    case 'patternProperties':
    case 'definitions':
      return byKey(value as Fields, (child) => printedSchema(child as JsonSchema));
    case 'dependencies':
      return byKey(value as Fields, (child) =>
        Array.isArray(child)
          ? { Schema: null, Property: child }
          : { Schema: printedSchema(child as JsonSchema), Property: null },
      );
    case 'externalDocs': {
      const { description = '', url = '' } = value as { description?: string; url?: string };
      return { Description: description, URL: url };
    }
    case 'x-kubernetes-validations':
      return (value as SchemaRule[]).map(printedRule);
    default:
      return value;
  }
}

/** A rule as findings print it. */
export function printedRule(rule: SchemaRule): Fields {
  return {
    Rule: rule.rule ?? '',
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

function byKey(map: Fields, print: (value: unknown) => unknown): Fields {
  return Object.fromEntries(inByteOrder(Object.keys(map)).map((key) => [key, print(map[key])]));
}

/** A version as findings print it. */
export function printedVersion(version: DefinedVersion): Fields {
  const { schema, subresources, additionalPrinterColumns, selectableFields } = version;
  const root = schema?.openAPIV3Schema;
  const scale = subresources?.scale;
  return {
    Name: version.name ?? '',
    Served: version.served === true,
    Storage: version.storage === true,
    Deprecated: version.deprecated === true,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema:
      schema === undefined ? null : { OpenAPIV3Schema: root === undefined ? null : printedSchema(root) },
    Subresources:
      subresources === undefined
        ? null
        : {
            Status: subresources.status === undefined ? null : {},
            Scale:
              scale === undefined
                ? null
                : {
                    SpecReplicasPath: scale.specReplicasPath ?? '',
                    StatusReplicasPath: scale.statusReplicasPath ?? '',
                    LabelSelectorPath: scale.labelSelectorPath ?? null,
                  },
          },
    AdditionalPrinterColumns:
      additionalPrinterColumns?.map((column) => ({
        Name: column.name ?? '',
        Type: column.type ?? '',
        Format: column.format ?? '',
        Description: column.description ?? '',
        Priority: column.priority ?? 0,
        JSONPath: column.JSONPath ?? '',
      })) ?? null,
    SelectableFields: selectableFields?.map(({ jsonPath = '' }) => ({ JSONPath: jsonPath })) ?? null,
  };
}
