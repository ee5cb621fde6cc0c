import type { ApiGroup } from '../discovery/api-tree.ts';
import { codeTexts, publishedVersion } from './document-v3.ts';
import { isCustomGroup } from './custom-operations.ts';
import { anyType, objectTypes } from './media-types.ts';
import { pathsOf } from './operations.ts';
import type { Operation, PathItem } from './operation.ts';
import { parameterDescriptions, type DescribeParameter } from './parameter-descriptions.ts';
import type { ParameterInfo } from './parameters.ts';
import { ownTypes } from './own-types.ts';
import { groupPath, rootPaths } from './root-paths.ts';
import { SharedParameters, type NamedParameter } from './shared-parameters.ts';
import { typeSchemas } from './type-schemas.ts';

/** The OpenAPI 2 document of everything that is served, in one. */
export async function documentV2(
  groups: readonly ApiGroup[],
  { openId }: { openId: boolean },
): Promise<Record<string, unknown>> {
  const items = [
    ...Object.values(rootPaths({ openId })),
    ...groups.flatMap((group) => [
      ...(group.name === '' || isCustomGroup(group) ? [] : [groupPath(group.name)]),
      ...group.versions.flatMap((version) => pathsOf(version)),
    ]),
  ].sort((left, right) => (left.path < right.path ? -1 : 1));
  const named = items.flatMap(({ operations }) => operations.flatMap(({ body, result }) => [body, result]));
  const definitions = await typeSchemas(
    named,
    { version: 2 },
    groups.flatMap((group) => group.versions.flatMap(ownTypes)),
  );
  const shared = new SharedParameters();
  const refer = parameterRenderer(shared, await parameterDescriptions(items));
  const paths = Object.fromEntries(items.map((item) => [item.path, renderPath(item, shared, refer)]));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: publishedVersion },
    paths,
    definitions,
    parameters: shared.all(),
    securityDefinitions: {
      BearerToken: { description: 'A bearer token', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

/** What stands in the document for a parameter. */
type ReferToParameter = (parameter: ParameterInfo) => unknown;

function renderPath(
  { parameters, operations }: PathItem,
  shared: SharedParameters,
  refer: ReferToParameter,
): unknown {
  return {
    ...Object.fromEntries(
      operations.map((operation) => [operation.method, renderOperation(operation, shared, refer)]),
    ),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(refer) }),
  };
}

/** The same object for the same parameter: most are shared by thousands of operations. */
function parameterRenderer(shared: SharedParameters, describe: DescribeParameter): ReferToParameter {
  const rendered = new Map<ParameterInfo, NamedParameter>();
  return (parameter) => {
    let made = rendered.get(parameter);
    if (made === undefined) {
      const { name, in: place, type } = parameter;
      made = {
        uniqueItems: true,
        type,
        description: describe(parameter),
        name,
        in: place,
        ...(place === 'path' ? { required: true } : {}),
      };
      rendered.set(parameter, made);
    }
    return shared.refer(made);
  };
}

function renderOperation(operation: Operation, shared: SharedParameters, refer: ReferToParameter): unknown {
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
  const list = parameters.map(refer);
  if (body !== undefined) {
    list.unshift(
      shared.refer({
        name: 'body',
        in: 'body',
        ...(bodyRequired === true ? { required: true } : {}),
        schema: { $ref: `#/definitions/${body}` },
      }),
    );
  }
  return {
    description,
    ...(consumes.length === 0 ? {} : { consumes }),
    produces,
    schemes: ['https'],
    tags: [tag],
    operationId,
    ...(list.length === 0 ? {} : { parameters: list }),
    responses: {
      ...Object.fromEntries(codes.map((code) => [code, { description: codeTexts[code] ?? '', schema }])),
      401: { description: 'Unauthorized' },
    },
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined || action === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}
