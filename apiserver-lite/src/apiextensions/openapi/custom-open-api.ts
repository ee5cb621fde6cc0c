import { createHash } from 'node:crypto';
import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { OpenApiTypes } from '../../registry/resource-types/open-api-types.ts';
import type { Definition, DefinitionVersion } from '../definition.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { metaReference, publishedObject, typeMeta, type OpenApiVersion } from './published-schema.ts';

const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** `com.example.v1.Gizmo` */
function modelName(group: string, version: string, kind: string): string {
  return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
}

/**
 * How a version of a definition is described in OpenAPI documents: its kind and the list of it
 * (apiextensions-apiserver: `controller/openapi/builder`).
 */
export function customOpenApi({ spec }: Definition, version: DefinitionVersion): OpenApiTypes {
  const { group, names, preserveUnknownFields = false } = spec;
  const { kind, plural } = names;
  const listKind = names.listKind ?? `${kind}List`;
  const name = modelName(group, version.name, kind);
  const listName = modelName(group, version.name, listKind);
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  const selectable = version.selectableFields ?? [];
  const extensions = (of: string) => ({
    'x-kubernetes-group-version-kind': [{ group, kind: of, version: version.name }],
    ...(selectable.length === 0
      ? {}
      : {
          'x-kubernetes-selectable-fields': selectable.map(({ jsonPath }) => ({
            fieldPath: jsonPath.replace(/^\./, ''),
          })),
        }),
  });
  const list = (dialect: OpenApiVersion) => ({
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta(),
      items: {
        description: `List of ${plural}. More info: ${conventions}`,
        type: 'array',
        items: { $ref: `${dialect === 2 ? '#/definitions/' : '#/components/schemas/'}${name}` },
      },
      metadata: metaReference(
        'ListMeta',
        `Standard list metadata. More info: ${conventions}#types-kinds`,
        dialect,
      ),
    },
    ...extensions(listKind),
  });
  return {
    name,
    listName,
    digest: createHash('sha256')
      .update(stringifyJson([schema, names, selectable, preserveUnknownFields]))
      .digest('hex'),
    schemas: (dialect) => ({
      [name]: { ...publishedObject(schema, dialect, preserveUnknownFields), ...extensions(kind) },
      [listName]: list(dialect),
    }),
  };
}
