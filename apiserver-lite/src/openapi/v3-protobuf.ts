import { double, encodeMessage, field, mapOf, text } from './gnostic-message.ts';
import type { Encode, MessageTable } from './gnostic-message.ts';

/** Most things may be a reference instead: {1: the thing, 2: Reference{1: $ref}}. */
function orReference(table: MessageTable): Encode {
  return (value) => {
    const { $ref } = value as { $ref?: string };
    return $ref === undefined ? field(1, encodeMessage(table, value)) : field(2, text(1, $ref));
  };
}

/**
 * DefaultType{1: number, 2: boolean, 3: string}; other defaults have no form of their own and are left out,
 * as gnostic does.
 */
const defaultValue: Encode = (value) => {
  if (typeof value === 'string') return text(3, value);
  if (typeof value === 'boolean') return Buffer.from([2 * 8, value ? 1 : 0]);
  if (typeof value !== 'number' && typeof value !== 'bigint') return Buffer.alloc(0);
  const number = Number(value);
  return number === 0 ? Buffer.concat([Buffer.from([8 + 1]), Buffer.alloc(8)]) : double(1, number);
};

const schema: Encode = (value) => orReference(schemaTable)(value);
/** Either a schema, or whether there may be any. */
const additional: Encode = (value) =>
  typeof value === 'boolean' ? Buffer.from([2 * 8, value ? 1 : 0]) : field(1, schema(value));
const externalDocs: MessageTable = { fields: { description: [1, 'string'], url: [2, 'string'] } };

const schemaTable: MessageTable = {
  fields: {
    nullable: [1, 'bool'],
    externalDocs: [6, (value: unknown) => encodeMessage(externalDocs, value)],
    example: [7, 'any'],
    title: [9, 'string'],
    multipleOf: [10, 'double'],
    maximum: [11, 'double'],
    exclusiveMaximum: [12, 'bool'],
    minimum: [13, 'double'],
    exclusiveMinimum: [14, 'bool'],
    maxLength: [15, 'int'],
    minLength: [16, 'int'],
    pattern: [17, 'string'],
    maxItems: [18, 'int'],
    minItems: [19, 'int'],
    maxProperties: [21, 'int'],
    minProperties: [22, 'int'],
    not: [29, (value: unknown) => encodeMessage(schemaTable, value)],
    required: [23, 'strings'],
    enum: [24, 'anys'],
    type: [25, 'string'],
    allOf: [26, [schema]],
    oneOf: [27, [schema]],
    anyOf: [28, [schema]],
    items: [30, (value: unknown) => field(1, schema(value))],
    uniqueItems: [20, 'bool'],
    properties: [31, mapOf(schema)],
    additionalProperties: [32, additional],
    default: [33, defaultValue],
    description: [34, 'string'],
    format: [35, 'string'],
  },
  extensions: 36,
};

const mediaTypes = mapOf((value) => encodeMessage({ fields: { schema: [1, schema] } }, value));

const parameter = orReference({
  fields: {
    name: [1, 'string'],
    in: [2, 'string'],
    description: [3, 'string'],
    required: [4, 'bool'],
    schema: [10, schema],
  },
});

const requestBody = orReference({
  fields: { description: [1, 'string'], content: [2, mediaTypes], required: [3, 'bool'] },
});

const response = orReference({ fields: { description: [1, 'string'], content: [3, mediaTypes] } });

const operation: Encode = (value) =>
  encodeMessage(
    {
      fields: {
        tags: [1, 'strings'],
        description: [3, 'string'],
        operationId: [5, 'string'],
        parameters: [6, [parameter]],
        requestBody: [7, requestBody],
        responses: [8, mapOf(response, 2)],
      },
      extensions: 13,
    },
    value,
  );

const pathItem: Encode = (value) =>
  encodeMessage(
    {
      fields: {
        get: [4, operation],
        put: [5, operation],
        post: [6, operation],
        delete: [7, operation],
        options: [8, operation],
        head: [9, operation],
        patch: [10, operation],
        parameters: [13, [parameter]],
      },
    },
    value,
  );

const securityScheme = orReference({
  fields: { type: [1, 'string'], description: [2, 'string'], name: [3, 'string'], in: [4, 'string'] },
});

const documentTable: MessageTable = {
  fields: {
    openapi: [1, 'string'],
    info: [
      2,
      (value: unknown) => encodeMessage({ fields: { title: [1, 'string'], version: [6, 'string'] } }, value),
    ],
    paths: [4, mapOf(pathItem)],
    components: [
      5,
      (value: unknown) =>
        encodeMessage(
          { fields: { schemas: [1, mapOf(schema)], securitySchemes: [7, mapOf(securityScheme)] } },
          value,
        ),
    ],
  },
};

/** An OpenAPI 3 document as `openapi.v3.Document` (github.com/google/gnostic-models). */
export function protobufV3(document: unknown): Buffer {
  return encodeMessage(documentTable, document);
}
