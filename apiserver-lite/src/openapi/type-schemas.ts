import type { OpenApiTypes } from '../registry/resource-types/open-api-types.ts';
import { describeType } from './descriptions.ts';
import { renderSchema, type OpenApiVersion } from './render-schema.ts';
import { closureOf, schemaTable } from './schema-table.ts';

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
  const published = await publishedSchemas(
    [...named, ...Object.values(custom).flatMap(referencesIn)],
    dialect,
  );
  return own.length === 0 ? published : sorted({ ...published, ...custom });
}

function sorted(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schemas).sort(([left], [right]) => (left < right ? -1 : 1)));
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
