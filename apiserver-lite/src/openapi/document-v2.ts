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
import { sortedByName, SharedParameters, type NamedParameter } from './shared-parameters.ts';
import { typeSchemas, typeSchemaTexts } from './type-schemas.ts';

interface Options {
  openId: boolean;
}

/** The OpenAPI 2 document of everything that is served, in one. */
export async function documentV2(
  groups: readonly ApiGroup[],
  options: Options,
): Promise<Record<string, unknown>> {
  const items = itemsOf(groups, options);
  const definitions = await typeSchemas(typesIn(items), { version: 2 }, ownTypesOf(groups));
  const shared = new SharedParameters();
  const refer = parameterRenderer(shared, await parameterDescriptions(items));
  const paths = Object.fromEntries(items.map((item) => [item.path, renderPath(item, shared, refer)]));
  return { ...head, paths, definitions, parameters: shared.all(), ...tail };
}

/** The JSON text of a path, and the parameters that it refers to. */
interface PathText {
  text: string;
  parameters: Readonly<Record<string, NamedParameter>>;
}

const pathTexts = new WeakMap<PathItem, PathText>();

/**
 * The JSON text of the same document. The texts of paths and schemas are kept as long as what they are made
 * of is served, so that after a change of one group only its part is made anew.
 */
export async function documentV2Text(groups: readonly ApiGroup[], options: Options): Promise<string> {
  const items = itemsOf(groups, options);
  const definitions = await typeSchemaTexts(typesIn(items), ownTypesOf(groups));
  const describe = await parameterDescriptions(items);
  const parameters: Record<string, NamedParameter> = {};
  const paths = items.map((item): [string, string] => {
    let made = pathTexts.get(item);
    if (made === undefined) {
      const shared = new SharedParameters();
      const text = JSON.stringify(renderPath(item, shared, parameterRenderer(shared, describe)));
      made = { text, parameters: shared.all() };
      pathTexts.set(item, made);
    }
    Object.assign(parameters, made.parameters);
    return [item.path, made.text];
  });
  const fields: [string, string][] = [
    ...textsOf(head),
    ['paths', objectText(paths)],
    ['definitions', objectText(definitions)],
    ['parameters', JSON.stringify(sortedByName(parameters))],
    ...textsOf(tail),
  ];
  return objectText(fields);
}

const head = { swagger: '2.0', info: { title: 'Kubernetes', version: publishedVersion } };
const tail = {
  securityDefinitions: {
    BearerToken: { description: 'A bearer token', type: 'apiKey', name: 'authorization', in: 'header' },
  },
  security: [{ BearerToken: [] }],
};

function textsOf(fields: object): [string, string][] {
  return Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]);
}

/** An object of fields whose values are JSON texts. */
function objectText(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** All paths, in order. */
function itemsOf(groups: readonly ApiGroup[], { openId }: Options): PathItem[] {
  return [
    ...Object.values(rootPaths({ openId })),
    ...groups.flatMap((group) => [
      ...(group.name === '' || isCustomGroup(group) ? [] : [groupPath(group.name)]),
      ...group.versions.flatMap((version) => pathsOf(version)),
    ]),
  ].sort((left, right) => (left.path < right.path ? -1 : 1));
}

function typesIn(items: readonly PathItem[]): (string | undefined)[] {
  return items.flatMap(({ operations }) => operations.flatMap(({ body, result }) => [body, result]));
}

const ownTypesOf = (groups: readonly ApiGroup[]) =>
  groups.flatMap((group) => group.versions.flatMap(ownTypes));

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
