import { describeType } from './descriptions.ts';
import { renderSchema, type OpenApiVersion } from './render-schema.ts';
import { closureOf, schemaTable } from './schema-table.ts';

/** The schemas of some types and of all that they are made of, by name. */
export async function typeSchemas(
  types: readonly (string | undefined)[],
  dialect: { version: OpenApiVersion; groupVersion?: string },
): Promise<Record<string, unknown>> {
  const { entries } = schemaTable();
  const needed = closureOf(types.filter((type) => type !== undefined));
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
