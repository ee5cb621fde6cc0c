import type { ApiGroup, ApiVersion } from '../discovery/api-tree.ts';
import { describeType } from './descriptions.ts';
import { groupName, pathsOf, tagOf } from './operations.ts';
import type { Operation, PathItem } from './operations.ts';
import type { ParameterInfo } from './parameters.ts';
import { renderSchema } from './render-schema.ts';
import { closureOf, schemaTable } from './schema-table.ts';

/** What bodies are taken and given in. */
export const bodyMediaTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
] as const;
export const streamMediaTypes = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
] as const;
export const patchMediaTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] as const;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The OpenAPI 3 document of one group and version: its paths, and the types that they need. */
export function versionDocument(version: ApiVersion): Promise<unknown> {
  return documentOf(pathsOf(version), typesOfVersion(version));
}

/** Kinds of the version that no path names, such as list kinds, are published too. */
function typesOfVersion({ group, version }: ApiVersion): string[] {
  const prefix = `${group}/${version}/`;
  return [...schemaTable().typeOfKind]
    .filter(([kind, type]) => kind.startsWith(prefix) && !type.startsWith(meta))
    .map(([, type]) => type);
}

/** The document of a group (`apis/apps`): that one can ask for it. */
export function groupDocumentV3({ name }: ApiGroup): Promise<unknown> {
  return documentOf([groupPath(name)]);
}

/** The documents of `api`, `apis` and `version`, each with its one path. */
export const rootPaths: Readonly<Record<string, PathItem>> = {
  api: discoveryPath('/api/', { id: 'getCoreAPIVersions', tag: 'core', result: `${meta}.APIVersions` }),
  apis: discoveryPath('/apis/', { id: 'getAPIVersions', tag: 'apis', result: `${meta}.APIGroupList` }),
  version: discoveryPath('/version/', {
    id: 'getCodeVersion',
    tag: 'version',
    result: 'io.k8s.apimachinery.pkg.version.Info',
  }),
};

export function groupPath(name: string): PathItem {
  return discoveryPath(`/apis/${name}/`, {
    id: `get${groupName(name)}APIGroup`,
    tag: tagOf(name),
    result: `${meta}.APIGroup`,
  });
}

function discoveryPath(
  path: string,
  { id, tag, result }: { id: string; tag: string; result: string },
): PathItem {
  const operation: Operation = {
    method: 'get',
    operationId: id,
    description: 'get what is available',
    tag,
    parameters: [],
    result,
    codes: [200],
  };
  return { path, parameters: [], operations: [operation] };
}

/** A document of some paths, and of `types` even where no path needs them. */
export async function documentOf(
  items: readonly PathItem[],
  types: readonly string[] = [],
): Promise<unknown> {
  const { entries } = schemaTable();
  const named = items.flatMap(({ operations }) => operations.flatMap(({ body, result }) => [body, result]));
  const needed = closureOf([...types, ...named.filter((type) => type !== undefined)]);
  const schemas = await Promise.all(
    needed.map(
      async (type) =>
        [type, renderSchema(type, entries.get(type) ?? {}, await describeType(type), 3)] as const,
    ),
  );
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(items.map((item) => [item.path, renderPath(item)])),
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'A bearer token',
          name: 'authorization',
          in: 'header',
        },
      },
    },
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
    name,
    in: place,
    description,
    ...(place === 'path' ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}

function reference(type: string): unknown {
  return { $ref: `#/components/schemas/${type}` };
}

function renderOperation(operation: Operation): unknown {
  const { operationId, description, tag, action, gvk, parameters, body, bodyRequired, result, codes } =
    operation;
  const content = (types: readonly string[], schema: unknown): unknown =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const answer =
    result === undefined
      ? content(['text/plain'], { type: 'string' })
      : content(
          operation.streams === true ? [...bodyMediaTypes, ...streamMediaTypes] : bodyMediaTypes,
          reference(result),
        );
  const bodyTypes = operation.method === 'patch' ? patchMediaTypes : ['*/*'];
  return {
    tags: [tag],
    description,
    operationId,
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((parameter) => renderParameter(parameter)) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: content(bodyTypes, reference(body)),
            ...(bodyRequired === true ? { required: true } : {}),
          },
        }),
    responses: {
      ...Object.fromEntries(
        codes.map((code) => [code, { description: codeTexts[code] ?? '', content: answer }]),
      ),
      401: { description: 'Unauthorized' },
    },
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(gvk === undefined || action === undefined ? {} : { 'x-kubernetes-group-version-kind': gvk }),
  };
}

export const codeTexts: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
