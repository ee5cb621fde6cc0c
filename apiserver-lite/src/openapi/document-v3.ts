import type { ApiGroup, ApiVersion } from '../discovery/api-tree.ts';
import type { OpenApiTypes } from '../registry/resource-types/open-api-types.ts';
import { isCustomVersion } from './custom-operations.ts';
import { anyType, objectTypes } from './media-types.ts';
import { pathsOf } from './operations.ts';
import { groupPath } from './root-paths.ts';
import type { Operation, PathItem } from './operation.ts';
import { parameterDescriptions, type DescribeParameter } from './parameter-descriptions.ts';
import type { ParameterInfo } from './parameters.ts';
import { ownTypes } from './own-types.ts';
import { typeSchemas } from './type-schemas.ts';

/** Of the API in the documents: the minor version, as kube-apiserver has it. */
export const publishedVersion = '1.36';

/** The OpenAPI 3 document of one group and version: its paths, and the types that they need. */
export function versionDocument(version: ApiVersion): Promise<unknown> {
  return documentOf(pathsOf(version), {
    groupVersion: `${version.group}/${version.version}`,
    own: ownTypes(version),
    isCustom: isCustomVersion(version),
  });
}

/** The document of a group (`apis/apps`): that one can ask for it. */
export function groupDocumentV3({ name }: ApiGroup): Promise<unknown> {
  return documentOf([groupPath(name)]);
}

/** Whose document is made. */
export interface DocumentOptions {
  groupVersion?: string;
  /** Schemas that the published table does not have. */
  own?: readonly OpenApiTypes[];
  /** Of resources of definitions, whose documents are made by another server. */
  isCustom?: boolean;
}

/** The document of `group/version`: some paths, and the types that they need. */
export async function documentOf(
  items: readonly PathItem[],
  { groupVersion = '/v1', own = [], isCustom = false }: DocumentOptions = {},
): Promise<unknown> {
  const named = items.flatMap(({ operations }) => operations.flatMap(({ body, result }) => [body, result]));
  const schemas = await typeSchemas(
    named,
    isCustom ? { version: 3, isCustom } : { version: 3, groupVersion },
    own,
  );
  const describe = await parameterDescriptions(items);
  return {
    openapi: '3.0.0',
    info: isCustom
      ? { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }
      : { title: 'Kubernetes', version: publishedVersion },
    paths: Object.fromEntries(items.map((item) => [item.path, renderPath(item, describe)])),
    components: {
      ...(Object.keys(schemas).length === 0 ? {} : { schemas }),
      ...(isCustom ? {} : { securitySchemes }),
    },
  };
}

const securitySchemes = {
  BearerToken: { type: 'apiKey', description: 'A bearer token', name: 'authorization', in: 'header' },
};

function renderPath({ parameters, operations }: PathItem, describe: DescribeParameter): unknown {
  return {
    ...Object.fromEntries(
      operations.map((operation) => [operation.method, renderOperation(operation, describe)]),
    ),
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((parameter) => renderParameter(parameter, describe)) }),
  };
}

function renderParameter(parameter: ParameterInfo, describe: DescribeParameter): unknown {
  const { name, in: place, type } = parameter;
  return {
    name,
    in: place,
    description: describe(parameter),
    ...(place === 'path' ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}

function reference(type: string): unknown {
  return { $ref: `#/components/schemas/${type}` };
}

function renderOperation(operation: Operation, describe: DescribeParameter): unknown {
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
  const content = (types: readonly string[], schema: unknown): unknown =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const answer = content(produces, result === undefined ? { type: 'string' } : reference(result));
  return {
    tags: [tag],
    description,
    operationId,
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((parameter) => renderParameter(parameter, describe)) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: content(consumes, reference(body)),
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
