import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { OpenApiTypes } from '../registry/resource-types/open-api-types.ts';
import { describeType } from './descriptions.ts';
import { renderSchema, type OpenApiVersion } from './render-schema.ts';
import { closureOf, schemaTable } from './schema-table.ts';
import { sortedByName } from './shared-parameters.ts';

/** The form of schemas, and whose kinds they name. */
export interface SchemaDialect {
  version: OpenApiVersion;
  groupVersion?: string;
  /** Of a document of resources of definitions. */
  isCustom?: boolean;
}

/**
 * The schemas of some types and of all that they are made of, by name; `own` are those that the table does
 * not have.
 */
export async function typeSchemas(
  types: readonly (string | undefined)[],
  dialect: SchemaDialect,
  own: readonly OpenApiTypes[] = [],
): Promise<Record<string, unknown>> {
  const named = types.filter((type) => type !== undefined);
  const custom = Object.assign({}, ...own.map((each) => each.schemas(dialect.version))) as Record<
    string,
    object
  >;
  const schemas = await publishedSchemas([...named, ...Object.values(custom).flatMap(referencesIn)], dialect);
  return own.length === 0 ? schemas : sortedByName({ ...schemas, ...custom });
}

/** The JSON text of a schema by its name. */
type SchemaText = readonly [string, string];

/** The schemas of one resource of a definition as texts, and the others that they refer to. */
interface OwnTexts {
  schemas: readonly SchemaText[];
  references: readonly string[];
}

const ownTexts = new WeakMap<OpenApiTypes, OwnTexts>();

function ownTextsOf(types: OpenApiTypes): OwnTexts {
  let made = ownTexts.get(types);
  if (made === undefined) {
    const schemas = types.schemas(2);
    made = {
      schemas: Object.entries(schemas).map(([name, schema]) => [name, stringifyJson(schema)]),
      references: [...new Set(referencesIn(schemas))],
    };
    ownTexts.set(types, made);
  }
  return made;
}

let published: { types: string; texts: readonly SchemaText[] } | undefined;

/** The same of the one document of OpenAPI 2, as JSON texts in the order of their names. */
export async function typeSchemaTexts(
  types: readonly (string | undefined)[],
  own: readonly OpenApiTypes[],
): Promise<readonly SchemaText[]> {
  const texts = own.map(ownTextsOf);
  const named = new Set(types.filter((type) => type !== undefined));
  for (const { references } of texts) for (const type of references) named.add(type);
  const needed = closureOf([...named]);
  const key = needed.join();
  if (published?.types !== key) {
    const schemas = await publishedSchemas(needed, { version: 2 });
    published = {
      types: key,
      texts: Object.entries(schemas).map(([name, schema]) => [name, JSON.stringify(schema)]),
    };
  }
  const all = new Map([...published.texts, ...texts.flatMap(({ schemas }) => schemas)]);
  return [...all].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** The names of all schemas that a schema refers to. */
function referencesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    name === '$ref' && typeof value === 'string'
      ? [value.slice(value.lastIndexOf('/') + 1)]
      : referencesIn(value),
  );
}

async function publishedSchemas(
  types: readonly string[],
  dialect: SchemaDialect,
): Promise<Record<string, unknown>> {
  const { entries } = schemaTable();
  const needed = closureOf(types);
  const described = new Map(
    await Promise.all(needed.map(async (type) => [type, await describeType(type)] as const)),
  );
  const nothing = { type: '', properties: new Map<string, string>() };
  return Object.fromEntries(
    needed.map((name) => [
      name,
      renderSchema({
        name,
        entry: entries.get(name) ?? {},
        descriptions: described.get(name) ?? nothing,
        describeReference: (type) => described.get(type)?.type ?? '',
        ...dialect,
      }),
    ]),
  );
}
