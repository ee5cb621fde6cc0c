/**
 * Writes `src/openapi/generated/schemas.json`: the structure of every published type, without descriptions,
 * from the facts about a Kubernetes release (`openapi-v2.json`, and `wire.json` for what is a value and what
 * a pointer).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { enumTypes, enumValues } from './enum-types.ts';

const outputFile = join(import.meta.dirname, '../src/openapi/generated/schemas.json');

interface Schema {
  type?: string;
  format?: string;
  $ref?: string;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  [extension: `x-kubernetes-${string}`]: unknown;
}

interface WireField {
  json: string;
  go: string;
  type: string;
  inline?: boolean;
  pointer?: boolean;
  omitempty?: boolean;
  default?: string;
  /** Where a type from elsewhere comes from: `k8s.io/api/core/v1`. */
  package?: string;
}

interface WireFacts {
  messages: Record<string, WireField[]>;
  /** What a named type stands for: `string`, or another named type. */
  aliases: Record<string, string>;
  /** By message package and type name. */
  enums: Record<string, string[]>;
}

/** What a property's extensions are called in the table. */
const extensionKeys: Readonly<Record<string, string>> = {
  'x-kubernetes-list-type': 'list',
  'x-kubernetes-list-map-keys': 'keys',
  'x-kubernetes-map-type': 'map',
  'x-kubernetes-patch-strategy': 'strategy',
  'x-kubernetes-patch-merge-key': 'mergeKey',
};

/** `[]#io.k8s.api.core.v1.Container`, `{}string`, `int32`: see `schema-table.ts`. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `#${schema.$ref.slice('#/definitions/'.length)}`;
  if (schema.type === 'array' && schema.items !== undefined) return `[]${typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return `{}${typeOf(schema.additionalProperties)}`;
  }
  return schema.format ?? schema.type ?? 'any';
}

/** A default is JSON, or `ref(NAME)`: a Go constant, named for its type and then its value. */
function defaultOf({ default: text = '', type }: WireField, values: (type: string) => string[]): unknown {
  const constant = /^ref\((\w+)\)$/.exec(text)?.[1];
  if (constant === undefined) return JSON.parse(text) as unknown;
  const found = values(type.replace(/^\*/, '')).filter((value) => constant.includes(value));
  if (found.length !== 1) throw new Error(`cannot tell the value of ${constant}`);
  return found[0];
}

const knownEnums: ReadonlySet<string> = new Set(
  Object.entries(enumTypes).flatMap(([place, names]) =>
    names.split(' ').map((name) => `${place.startsWith('k8s.io.') ? '' : 'k8s.io.api.'}${place}.${name}`),
  ),
);

/**
 * The package and name that a type is known by: `*v1.Protocol` of `k8s.io/api/core/v1`; aliases of other
 * versions resolved.
 */
function resolveType(type: string, home: string, { aliases }: WireFacts): string {
  const name = `${home}.${type.split('.').at(-1) ?? ''}`;
  const target = aliases[name] ?? '';
  return target.startsWith('k8s.io.') ? target : name;
}

/** The values of a field whose type, or whose elements' type, is an enum; sorted, as they are published. */
function enumOf({ field: { type, package: elsewhere }, home }: HomedField, wire: WireFacts): string[] {
  const element = type.replace(/^(?:\*|\[\]|map\[\w+\])+/, '');
  const name = resolveType(element, elsewhere?.replaceAll('/', '.') ?? home, wire);
  return knownEnums.has(name) ? (wire.enums[name] ?? enumValues[name] ?? []).toSorted() : [];
}

/** A field, and the package of the message that has it. */
interface HomedField {
  field: WireField;
  home: string;
}

function propertyEntry(
  schema: Schema,
  { homed, required }: { homed: HomedField | undefined; required: boolean },
  wire: WireFacts,
): unknown {
  const field = homed?.field;
  const options: Record<string, unknown> = {};
  for (const [extension, value] of Object.entries(schema)) {
    if (!extension.startsWith('x-kubernetes-')) continue;
    const key = extensionKeys[extension];
    if (key === undefined) throw new Error(`unknown extension of a property: ${extension}`);
    options[key] = value;
  }
  if (homed?.field.default !== undefined) {
    options['default'] = defaultOf(homed.field, (type) => wire.enums[`${homed.home}.${type}`] ?? []);
  }
  const allowed = homed === undefined ? [] : enumOf(homed, wire);
  if (allowed.length > 0) options['enum'] = allowed;
  const type = typeOf(schema);
  const isReference = type.startsWith('#');
  // Types that are no messages, such as version.Info, have no facts: what they require is a value.
  const isValue =
    field === undefined
      ? required && type === 'string'
      : field.pointer !== true &&
        !/^(?:\[\]|map\[)/.test(field.type) &&
        (isReference || field.omitempty !== true);
  const text = isValue ? `!${type}` : type;
  return Object.keys(options).length === 0 ? text : [text, options];
}

function fieldsOf(message: string, wire: WireFacts): Map<string, HomedField> {
  const fields = new Map<string, HomedField>();
  const home = message.slice(0, message.lastIndexOf('.'));
  for (const field of wire.messages[message] ?? wire.messages[wire.aliases[message] ?? ''] ?? []) {
    if (field.inline === true) {
      const inner = resolveType(
        field.type.replace(/^\*/, ''),
        field.package?.replaceAll('/', '.') ?? home,
        wire,
      );
      for (const [json, found] of fieldsOf(inner, wire)) fields.set(json, found);
    } else {
      fields.set(field.json, { field, home });
    }
  }
  return fields;
}

function definitionEntry(name: string, schema: Schema, wire: WireFacts): unknown {
  const fields = fieldsOf(name.replace(/^io\.k8s\./, 'k8s.io.').replaceAll('-', '_'), wire);
  const entry: Record<string, unknown> = {};
  const kinds = schema['x-kubernetes-group-version-kind'];
  if (kinds !== undefined)
    entry['kinds'] = kinds.map(({ group, version, kind }) => `${group}/${version}/${kind}`);
  if (schema.required !== undefined) entry['required'] = schema.required;
  if (schema['x-kubernetes-map-type'] !== undefined) entry['map'] = schema['x-kubernetes-map-type'];
  if (schema['x-kubernetes-unions'] !== undefined) entry['unions'] = schema['x-kubernetes-unions'];
  if (schema.properties === undefined) entry['type'] = typeOf(schema);
  else {
    entry['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([property, inner]) => [
        property,
        propertyEntry(
          inner,
          {
            homed: fields.get(property),
            required: fields.size === 0 && schema.required?.includes(property) === true,
          },
          wire,
        ),
      ]),
    );
  }
  return entry;
}

/**
 * Writes the table from a folder of facts; with `check` it writes nothing and throws where the table is
 * stale.
 */
export async function generate(factsFolder: string, { check }: { check: boolean }): Promise<void> {
  const read = async <Facts>(file: string): Promise<Facts> =>
    JSON.parse(await readFile(join(factsFolder, file), 'utf8')) as Facts;
  const openapi = await read<{ definitions: Record<string, Schema> }>('openapi-v2.json');
  const wire = await read<WireFacts>('wire.json');
  const lines = Object.entries(openapi.definitions)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(definitionEntry(name, schema, wire))}`,
    );
  const text = `{${lines.join(',\n')}}\n`;
  if (check) {
    const current = await readFile(outputFile, 'utf8').catch(() => '');
    if (current !== text)
      throw new Error('apiserver-lite/src/openapi/generated/schemas.json is stale: run npm run generate');
    return;
  }
  await mkdir(dirname(outputFile), { recursive: true });
  await writeFile(outputFile, text);
}
