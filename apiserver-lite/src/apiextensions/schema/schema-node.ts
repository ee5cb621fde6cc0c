import { asSchema, type JsonSchema } from './json-schema.ts';

/**
 * A structural schema in the form that is walked together with objects: made once for each version of a
 * definition. Flags say what is anywhere below, so that walks leave out what does not concern them
 * (Kubernetes: `apiextensions-apiserver/pkg/apiserver/schema.Structural`).
 */
export interface SchemaNode {
  readonly schema: JsonSchema;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /**
   * Of fields that are not among the properties; `any`: `additionalProperties: true` (or false), which says
   * nothing of their values; undefined: there are none.
   */
  readonly additional: SchemaNode | 'any' | undefined;
  readonly items: SchemaNode | undefined;
  readonly preservesUnknown: boolean;
  /** `x-kubernetes-embedded-resource` */
  readonly isObject: boolean;
  readonly isNullable: boolean;
  readonly listType: string | undefined;
  readonly listMapKeys: readonly string[];
  /** Pruned; undefined: none. Copied before it is set. */
  default: unknown;
  /** This node or one below has a default. */
  readonly hasDefaults: boolean;
  /** This node or one below is an embedded resource. */
  readonly hasObjects: boolean;
  /** This node or one below is a set or a map. */
  readonly hasListTypes: boolean;
  /** Nodes with a default, in the order of the schema. */
  readonly defaulted: readonly (readonly [string, SchemaNode])[];
}

/**
 * The node of a schema, and those of all below it. Schemas that are not structural are read as far as they
 * can.
 */
export function schemaNode(schema: JsonSchema): SchemaNode {
  const properties = new Map(
    Object.entries(schema.properties ?? {}).map(([name, child]) => [name, schemaNode(child)]),
  );
  const extra = asSchema(schema.additionalProperties);
  const additional =
    schema.additionalProperties === undefined || schema.additionalProperties === null
      ? undefined
      : extra === undefined
        ? 'any'
        : schemaNode(extra);
  const listed = asSchema(schema.items);
  const items = listed === undefined ? undefined : schemaNode(listed);
  const listType = schema['x-kubernetes-list-type'] ?? undefined;
  const isObject = schema['x-kubernetes-embedded-resource'] === true;
  const below = [...properties.values(), ...(typeof additional === 'object' ? [additional] : [])];
  if (items !== undefined) below.push(items);
  const given = schema.default ?? undefined;
  return {
    schema,
    properties,
    additional,
    items,
    preservesUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    isObject,
    isNullable: schema.nullable === true,
    listType,
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    default: given,
    hasDefaults: given !== undefined || below.some(({ hasDefaults }) => hasDefaults),
    hasObjects: isObject || below.some(({ hasObjects }) => hasObjects),
    hasListTypes: listType === 'set' || listType === 'map' || below.some(({ hasListTypes }) => hasListTypes),
    defaulted: [...properties].filter(([, child]) => child.default !== undefined),
  };
}

/** The node of a field of an object; undefined: the schema says nothing of it. */
export function nodeOfField(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  if (node === undefined) return undefined;
  const property = node.properties.get(name);
  if (property !== undefined) return property;
  return typeof node.additional === 'object' ? node.additional : undefined;
}
