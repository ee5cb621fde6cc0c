import type { Client } from '../../../runtime/client/client.ts';
import type { ApiObject } from '../../../runtime/client/api-object.ts';
import { pods } from '../../../runtime/client/resource.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { errorStatus } from '../../framework/status.ts';

/** Binds a Pod by posting a Binding (kube-scheduler: `DefaultBinder`). */
export function createDefaultBinder(client: Client) {
  return {
    name: 'DefaultBinder',

    async bind(_state, pod, nodeName) {
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      const binding: ApiObject & { target: object } = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { namespace, name, uid },
        target: { kind: 'Node', name: nodeName },
      };
      try {
        await client.createSubresource(pods, { namespace, name, subresource: 'binding' }, binding);
        return undefined;
      } catch (error) {
        return errorStatus(error);
      }
    },
  } satisfies Plugin;
}
