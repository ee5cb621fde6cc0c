/**
 * An OpenAPI 2 document as protobuf: `openapi.v2.Document` of github.com/google/gnostic, which client-go asks for.
 * Messages are described by tables of JSON field → field number and type, for what our documents contain:
 *
 *     string strings bool any          plain values; `any` is a YAML text (JSON is YAML), wrapped
 *     a function                       a message made from the JSON value
 *     [function]                       a repeated message
 */
type Json = Record<string, unknown>;
type Encode = (value: unknown) => Buffer;
type FieldType = 'string' | 'strings' | 'bool' | 'any' | Encode | readonly [Encode];
interface MessageTable {
  fields: Readonly<Record<string, readonly [number, FieldType]>>;
  /** Where `x-…` fields go. */
  extensions?: number;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A length-delimited field. */
function field(number: number, contents: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(contents.byteLength), contents]);
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

function yaml(value: unknown): Buffer {
  return text(2, `${JSON.stringify(value)}\n`);
}

/** `{name: 1, value: 2}`, by which protobuf had maps before it had maps. */
function named(name: string, value: Uint8Array): Buffer {
  return Buffer.concat([text(1, name), field(2, value)]);
}

function encodeMessage({ fields, extensions }: MessageTable, value: unknown): Buffer {
  const parts: Buffer[] = [];
  for (const [name, inner] of Object.entries(value as Json)) {
    const known = fields[name];
    if (known !== undefined) parts.push(...encodeField(known[0], known[1], inner));
    else if (extensions !== undefined && name.startsWith('x-'))
      parts.push(field(extensions, named(name, yaml(inner))));
    else throw new Error(`there is no place for the field ${name} in OpenAPI 2`);
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, type: FieldType, value: unknown): Buffer[] {
  if (type === 'string') return [text(number, value as string)];
  if (type === 'strings') return (value as string[]).map((item) => text(number, item));
  if (type === 'bool') return value === true ? [Buffer.concat([varint(number * 8), varint(1)])] : [];
  if (type === 'any') return [field(number, yaml(value))];
  if (typeof type === 'function') return [field(number, (type as Encode)(value))];
  return (value as unknown[]).map((item) => field(number, (type as readonly [Encode])[0](item)));
}

/** A JSON object as a message of repeated named values in field `number`. */
function mapOf(encode: Encode, number = 1): Encode {
  return (value) =>
    Buffer.concat(
      Object.entries(value as Json).map(([name, inner]) => field(number, named(name, encode(inner)))),
    );
}

const schema: Encode = (value) => encodeMessage(schemaTable, value);
const schemaTable: MessageTable = {
  fields: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    description: [4, 'string'],
    required: [19, 'strings'],
    additionalProperties: [21, (value: unknown) => field(1, schema(value))],
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

/** ParametersItem{1: Parameter{1: body, 2: {3: query, 4: path}}} */
const parameter: Encode = (value) => {
  switch ((value as { in: string }).in) {
    case 'body':
      return field(1, field(1, encodeMessage(bodyParameter, value)));
    case 'path':
      return field(1, field(2, field(4, encodeMessage(pathParameter, value))));
    default:
      return field(1, field(2, field(3, encodeMessage(queryParameter, value))));
  }
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
        parameters: [8, [parameter]],
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
        parameters: [9, [parameter]],
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
    security: [12, [mapOf(strings)]],
    securityDefinitions: [13, mapOf(apiKey)],
  },
};

/** The bytes of an OpenAPI 2 document. Throws where it holds what has no place in the tables above. */
export function protobufV2(document: Record<string, unknown>): Buffer {
  return encodeMessage(documentTable, document);
}
