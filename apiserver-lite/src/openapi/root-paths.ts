import { objectTypes } from './media-types.ts';
import { groupName, tagOf } from './operation.ts';
import type { Operation, PathItem } from './operation.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The documents of `api`, `apis` and `version`, each with its one path. */
const discoveryPaths: Readonly<Record<string, PathItem>> = {
  api: discoveryPath('/api/', { id: 'getCoreAPIVersions', tag: 'core', result: `${meta}.APIVersions` }),
  apis: discoveryPath('/apis/', { id: 'getAPIVersions', tag: 'apis', result: `${meta}.APIGroupList` }),
  version: discoveryPath('/version/', {
    id: 'getCodeVersion',
    tag: 'version',
    result: 'io.k8s.apimachinery.pkg.version.Info',
    consumes: ['application/json'],
  }),
};

/** What others check tokens of service accounts by; not there where the issuer cannot be discovered. */
const openIdPaths: Readonly<Record<string, PathItem>> = {
  '.well-known/openid-configuration': issuerPath('/.well-known/openid-configuration/', {
    method: 'get',
    operationId: 'getServiceAccountIssuerOpenIDConfiguration',
    description: 'get where the issuer of service account tokens tells of itself',
    tag: 'WellKnown',
    produces: ['application/json'],
  }),
  'openid/v1/jwks': issuerPath('/openid/v1/jwks/', {
    method: 'get',
    operationId: 'getServiceAccountIssuerOpenIDKeyset',
    description: 'get the keys that check service account tokens',
    tag: 'openid',
    produces: ['application/jwk-set+json'],
  }),
};

/** The documents that belong to no group, by the path of each. */
export function rootPaths({ openId }: { openId: boolean }): Readonly<Record<string, PathItem>> {
  return openId ? { ...discoveryPaths, ...openIdPaths } : discoveryPaths;
}

function issuerPath(
  path: string,
  operation: Pick<Operation, 'method' | 'operationId' | 'description' | 'tag' | 'produces'>,
): PathItem {
  const rest = { parameters: [], result: undefined, codes: [200], consumes: [] };
  return { path, parameters: [], operations: [{ ...operation, ...rest }] };
}

/** The path of `apis/apps`: that one can ask for the group. */
export function groupPath(name: string): PathItem {
  return discoveryPath(`/apis/${name}/`, {
    id: `get${groupName(name)}APIGroup`,
    tag: tagOf(name),
    result: `${meta}.APIGroup`,
  });
}

interface DiscoveryPath {
  id: string;
  tag: string;
  result: string;
  /** Media types of requests and of answers. */
  consumes?: readonly string[];
}

function discoveryPath(path: string, { id, tag, result, consumes = objectTypes }: DiscoveryPath): PathItem {
  const operation: Operation = {
    method: 'get',
    operationId: id,
    description: 'get what is available',
    tag,
    parameters: [],
    result,
    codes: [200],
    consumes,
    produces: consumes,
  };
  return { path, parameters: [], operations: [operation] };
}
