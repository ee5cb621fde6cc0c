import type { ApiGroup } from '../discovery/api-tree.ts';
import { describeType } from './descriptions.ts';
import { codeTexts } from './document-v3.ts';
import { anyType, objectTypes } from './media-types.ts';
import { pathsOf } from './operations.ts';
import type { Operation, PathItem } from './operations.ts';
import type { ParameterInfo } from './parameters.ts';
import { renderSchema } from './render-schema.ts';
import { groupPath, rootPaths } from './root-paths.ts';
import { closureOf, schemaTable } from './schema-table.ts';

/** The OpenAPI 2 document of everything that is served, in one. */
export async function documentV2(
  groups: readonly ApiGroup[],
  { openId }: { openId: boolean },
): Promise<Record<string, unknown>> {
  const items = [
    ...Object.values(rootPaths({ openId })),
    ...groups.flatMap((group) => [
      ...(group.name === '' ? [] : [groupPath(group.name)]),
      ...group.versions.flatMap((version) => pathsOf(version)),
    ]),
  ].sort((left, right) => (left.path < right.path ? -1 : 1));
  const { entries } = schemaTable();
  const named = items.flatMap(({ operations }) => operations.flatMap(({ body, result }) => [body, result]));
  const definitions = await Promise.all(
    closureOf(named.filter((type) => type !== undefined)).map(
      async (type) =>
        [
          type,
          renderSchema({
            name: type,
            entry: entries.get(type) ?? {},
            descriptions: await describeType(type),
            version: 2,
          }),
        ] as const,
    ),
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(items.map((item) => [item.path, renderPath(item)])),
    definitions: Object.fromEntries(definitions),
    securityDefinitions: {
      BearerToken: { description: 'A bearer token', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

function renderPath({ parameters, operations }: PathItem): unknown {
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, renderOperation(operation)])),
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((parameter) => renderParameter(parameter)) }),
  };
}

function renderParameter({ name, in: place, type, description }: ParameterInfo): unknown {
  return {
    uniqueItems: true,
    type,
    description,
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
  };
}

function renderOperation(operation: Operation): unknown {
  const {
    operationId,
    description,
    tag,
    action,
    gvk,
    parameters,
    body,
    bodyRequired,
    result,
    codes,
    consumes = anyType,
    produces = objectTypes,
  } = operation;
  const schema = result === undefined ? { type: 'string' } : { $ref: `#/definitions/${result}` };
  const rendered: unknown[] = parameters.map((parameter) => renderParameter(parameter));
  if (body !== undefined) {
    rendered.unshift({
      name: 'body',
      in: 'body',
      ...(bodyRequired === true ? { required: true } : {}),
      schema: { $ref: `#/definitions/${body}` },
    });
  }
  return {
    description,
    ...(consumes.length === 0 ? {} : { consumes }),
    produces,
    schemes: ['https'],
    tags: [tag],
    operationId,
    ...(rendered.length === 0 ? {} : { parameters: rendered }),
    responses: {
      ...Object.fromEntries(codes.map((code) => [code, { description: codeTexts[code] ?? '', schema }])),
      401: { description: 'Unauthorized' },
    },
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined || action === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}
