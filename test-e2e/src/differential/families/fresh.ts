import type { Family } from '../family.ts';

const collections = [
  '/api/v1/namespaces',
  '/api/v1/configmaps',
  '/api/v1/secrets',
  '/api/v1/services',
  '/api/v1/endpoints',
  '/api/v1/serviceaccounts',
  '/api/v1/nodes',
  '/apis/apiregistration.k8s.io/v1/apiservices',
  '/apis/coordination.k8s.io/v1/leases',
  '/apis/discovery.k8s.io/v1/endpointslices',
  '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
  '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
  '/apis/networking.k8s.io/v1/ipaddresses',
  '/apis/networking.k8s.io/v1/servicecidrs',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/scheduling.k8s.io/v1/priorityclasses',
];

interface ListOfNamed {
  items?: { metadata: { name: string } }[];
}

/** What a fresh cluster has: objects, one request each, with their owners of fields; discovery. */
export const fresh: readonly Family[] = [
  {
    name: 'objects of a fresh cluster',
    async run(ask) {
      for (const path of collections) {
        const list = JSON.parse((await ask(`list ${path}`, { path })).body.toString()) as ListOfNamed;
        for (const { metadata } of list.items ?? [])
          await ask(`${path}/${metadata.name}`, {
            path: `${path}?fieldSelector=metadata.name%3D${metadata.name}`,
          });
      }
    },
  },
  {
    name: 'discovery',
    async run(ask) {
      const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
      for (const path of ['/api', '/apis']) {
        await ask(`${path}, aggregated`, { path, headers: { accept: aggregated } });
        await ask(`${path}, aggregated v2beta1`, {
          path,
          headers: { accept: aggregated.replace('v2', 'v2beta1') },
        });
      }
      const groups = JSON.parse((await ask('groups', { path: '/apis' })).body.toString()) as {
        groups: { versions: { groupVersion: string }[] }[];
      };
      await ask('core', { path: '/api/v1' });
      for (const { groupVersion } of groups.groups.flatMap(({ versions }) => versions)) {
        await ask(groupVersion, { path: `/apis/${groupVersion}` });
      }
      await ask('OpenAPI v3', { path: '/openapi/v3' });
    },
  },
];
