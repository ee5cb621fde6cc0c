import { type ApiObject } from '../client/api-object.ts';
import { controllerRefTo } from './controller-ref.ts';
import type { Pod, PodSpec, PodTemplate } from '../client/resource.ts';

// A DNS subdomain; the prefix must be one by itself, or the generated name would be refused.
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*-?$/;

/** The Pod that a controller makes from its template (Kubernetes: `controller.GetPodFromTemplate`). */
export function podFromTemplate(owner: ApiObject, template: PodTemplate | undefined): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const name = owner.metadata.name ?? '';
  const prefix = `${name}-`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: prefix.length <= 253 && subdomain.test(prefix) ? prefix : name,
      namespace: owner.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerRefTo(owner)],
    },
    spec: template?.spec as PodSpec,
  };
}
