import { encodeMessage, field, mapOf, text } from './gnostic-message.ts';
import type { Encode, MessageTable } from './gnostic-message.ts';

const schema: Encode = (value) => encodeMessage(schemaTable, value);
/** Either a schema, or whether there may be any. */
const additional: Encode = (value) =>
  typeof value === 'boolean' ? Buffer.from([2 * 8, value ? 1 : 0]) : field(1, schema(value));
const externalDocs: MessageTable = { fields: { description: [1, 'string'], url: [2, 'string'] } };

const schemaTable: MessageTable = {
  fields: {
    title: [3, 'string'],
    multipleOf: [6, 'double'],
    maximum: [7, 'double'],
    exclusiveMaximum: [8, 'bool'],
    minimum: [9, 'double'],
    exclusiveMinimum: [10, 'bool'],
    maxLength: [11, 'int'],
    minLength: [12, 'int'],
    pattern: [13, 'string'],
    maxItems: [14, 'int'],
    minItems: [15, 'int'],
    uniqueItems: [16, 'bool'],
    maxProperties: [17, 'int'],
    minProperties: [18, 'int'],
    externalDocs: [29, (value: unknown) => encodeMessage(externalDocs, value)],
    example: [30, 'any'],
    $ref: [1, 'string'],
    format: [2, 'string'],
    description: [4, 'string'],
    required: [19, 'strings'],
    enum: [20, 'anys'],
    additionalProperties: [21, additional],
    type: [22, (value: unknown) => text(1, value as string)],
    items: [23, (value: unknown) => field(1, schema(value))],
    properties: [25, mapOf(schema)],
  },
  extensions: 31,
};

const parameterFields = {
  required: [1, 'bool'],
  in: [2, 'string'],
  description: [3, 'string'],
  name: [4, 'string'],
} as const;
const bodyParameter: MessageTable = {
  fields: {
    description: [1, 'string'],
    name: [2, 'string'],
    in: [3, 'string'],
    required: [4, 'bool'],
    schema: [5, schema],
  },
};
const queryParameter: MessageTable = {
  fields: { ...parameterFields, type: [6, 'string'], uniqueItems: [20, 'bool'] },
};
const pathParameter: MessageTable = {
  fields: { ...parameterFields, type: [5, 'string'], uniqueItems: [19, 'bool'] },
};

/** Parameter{1: body, 2: {3: query, 4: path}} */
const parameter: Encode = (value) => {
  switch ((value as { in: string }).in) {
    case 'body':
      return field(1, encodeMessage(bodyParameter, value));
    case 'path':
      return field(2, field(4, encodeMessage(pathParameter, value)));
    default:
      return field(2, field(3, encodeMessage(queryParameter, value)));
  }
};

/** ParametersItem{1: Parameter, 2: JsonReference{1: $ref}} */
const parametersItem: Encode = (value) => {
  const { $ref } = value as { $ref?: string };
  return $ref === undefined ? field(1, parameter(value)) : field(2, text(1, $ref));
};

/** ResponseValue{1: Response}, whose schema is SchemaItem{1: Schema}. */
const response: Encode = (value) =>
  field(
    1,
    encodeMessage(
      { fields: { description: [1, 'string'], schema: [2, (inner: unknown) => field(1, schema(inner))] } },
      value,
    ),
  );

const operation: Encode = (value) =>
  encodeMessage(
    {
      fields: {
        tags: [1, 'strings'],
        description: [3, 'string'],
        operationId: [5, 'string'],
        produces: [6, 'strings'],
        consumes: [7, 'strings'],
        parameters: [8, [parametersItem]],
        responses: [9, mapOf(response)],
        schemes: [10, 'strings'],
      },
      extensions: 13,
    },
    value,
  );

const pathItem: Encode = (value) =>
  encodeMessage(
    {
      fields: {
        get: [2, operation],
        put: [3, operation],
        post: [4, operation],
        delete: [5, operation],
        options: [6, operation],
        head: [7, operation],
        patch: [8, operation],
        parameters: [9, [parametersItem]],
      },
    },
    value,
  );

/** SecurityDefinitionsItem{2: ApiKeySecurity} */
const apiKey: Encode = (value) =>
  field(
    2,
    encodeMessage(
      { fields: { type: [1, 'string'], name: [2, 'string'], in: [3, 'string'], description: [4, 'string'] } },
      value,
    ),
  );

const strings: Encode = (value) => Buffer.concat((value as string[]).map((item) => text(1, item)));

const documentTable: MessageTable = {
  fields: {
    swagger: [1, 'string'],
    info: [
      2,
      (value: unknown) => encodeMessage({ fields: { title: [1, 'string'], version: [2, 'string'] } }, value),
    ],
    paths: [8, mapOf(pathItem, 2)],
    definitions: [9, mapOf(schema)],
    parameters: [10, mapOf(parameter)],
    security: [12, [mapOf(strings)]],
    securityDefinitions: [13, mapOf(apiKey)],
  },
};

/**
 * An OpenAPI 2 document as `openapi.v2.Document` (github.com/google/gnostic-models). Throws where it holds
 * what has no place in the tables above.
 */
export function protobufV2(document: Record<string, unknown>): Buffer {
  return encodeMessage(documentTable, document);
}
