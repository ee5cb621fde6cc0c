import type { ApiGroup, ApiResource, ApiVersion } from '../discovery/api-tree.ts';
import { groupVersionName, tagOf, type HttpMethod, type Operation, type PathItem } from './operation.ts';
import * as known from './parameters.ts';
import type { ParameterInfo } from './parameters.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const scale = 'io.k8s.api.autoscaling.v1.Scale';
const bodyTypes = ['application/json', 'application/yaml'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

/** Whether all resources of the version are those of definitions: its document is made in another way. */
export function isCustomVersion({ resources }: ApiVersion): boolean {
  return resources.length > 0 && resources.every(({ isCustom }) => isCustom === true);
}

/** Whether there is nothing else in the group. */
export function isCustomGroup({ versions }: ApiGroup): boolean {
  return versions.every(isCustomVersion);
}

/** `a Gizmo`, `an Order`; plurals have no article. */
function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind;
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

/**
 * The paths of a resource that a definition defines (apiextensions-apiserver:
 * `controller/openapi/builder.generateBuilder`).
 */
export function customPaths(root: string, resource: ApiResource): PathItem[] {
  const { name, kind, namespaced, openApi } = resource;
  const make = operationsOf(resource);
  const own = namespaced ? [known.namespaceParameter] : [];
  const collection = namespaced ? `${root}/namespaces/{namespace}/${name}` : `${root}/${name}`;
  const list: Partial<Operation> = { result: openApi?.listName, parameters: known.listParameters };
  const items: PathItem[] = [
    {
      path: collection,
      parameters: [...own, known.prettyParameter],
      operations: [
        { ...make(['get', 'list', 'list'], `list objects of kind ${kind}`), ...list },
        make(['post', 'create', 'post'], `create ${withArticle(kind)}`),
        {
          ...make(['delete', 'delete', 'deletecollection'], `delete collection of ${kind}`, {
            infix: 'Collection',
          }),
          result: `${meta}.Status`,
          parameters: known.listParameters,
        },
      ],
    },
  ];
  if (namespaced) {
    const everywhere = { suffix: 'ForAllNamespaces', scoped: false };
    items.push({
      path: `${root}/${name}`,
      parameters: [known.prettyParameter],
      operations: [{ ...make(['get', 'list', 'list'], `list objects of kind ${kind}`, everywhere), ...list }],
    });
  }
  const one = [known.nameParameter(kind), ...own, known.prettyParameter];
  const remove: Operation = {
    ...make(['delete', 'delete', 'delete'], `delete ${withArticle(kind)}`),
    body: `${meta}.DeleteOptions`,
    result: `${meta}.Status`,
    codes: [200, 202],
    parameters: known.deleteParameters,
  };
  items.push({ path: `${collection}/{name}`, parameters: one, operations: [...partOf(make, kind), remove] });
  for (const { name: part } of resource.subresources) {
    const operations = partOf(make, kind, part);
    items.push({ path: `${collection}/{name}/${part}`, parameters: one, operations });
  }
  return items;
}

interface Naming {
  infix?: string;
  suffix?: string;
  scoped?: boolean;
}

/** By method, verb and action. */
type MakeOperation = (
  what: readonly [HttpMethod, string, string],
  description: string,
  naming?: Naming,
) => Operation;

const codesOf: Readonly<Record<string, readonly number[]>> = { post: [200, 201, 202], put: [200, 201] };

const parametersOf: Readonly<Record<string, readonly ParameterInfo[]>> = {
  get: known.listParameters.filter(({ name }) => name === 'resourceVersion'),
  post: known.writeParameters,
  put: known.writeParameters,
  patch: known.patchParameters,
};

function operationsOf({ group, version, kind, namespaced, openApi }: ApiResource): MakeOperation {
  return ([method, verb, action], description, { infix = '', suffix = '', scoped = true } = {}) => {
    const writes = method === 'post' || method === 'put';
    const scope = namespaced && scoped ? 'Namespaced' : '';
    return {
      method,
      operationId: `${verb}${groupVersionName(group, version)}${infix}${scope}${kind}${suffix}`,
      description,
      tag: tagOf(group, version),
      action,
      gvk: { group, kind, version },
      parameters: parametersOf[action] ?? [],
      ...(writes ? { body: openApi?.name ?? '', bodyRequired: true } : {}),
      ...(method === 'patch' ? { body: `${meta}.Patch`, bodyRequired: true } : {}),
      result: openApi?.name,
      codes: codesOf[action] ?? [200],
      consumes: method === 'patch' ? patchTypes : bodyTypes,
      produces: bodyTypes,
    };
  };
}

/** Reading, replacing and patching an object, or a part of it. */
function partOf(make: MakeOperation, kind: string, part = ''): Operation[] {
  const of = part === '' ? '' : `${part} of `;
  const naming = { suffix: part.charAt(0).toUpperCase() + part.slice(1) };
  const operations = [
    make(['get', 'read', 'get'], `read ${of}the specified ${kind}`, naming),
    make(['put', 'replace', 'put'], `replace ${of}the specified ${kind}`, naming),
    make(['patch', 'patch', 'patch'], `partially update ${of}the specified ${kind}`, naming),
  ];
  if (part !== 'scale') return operations;
  return operations.map((operation) => ({
    ...operation,
    result: scale,
    ...(operation.method === 'put' ? { body: scale } : {}),
  }));
}
