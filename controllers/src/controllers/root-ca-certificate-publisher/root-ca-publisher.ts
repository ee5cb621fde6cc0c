import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { type ConfigMap, configMaps, namespaces } from '../../runtime/client/resource.ts';

const configMapName = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
/** kube-controller-manager's words. */
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Keeps a ConfigMap `kube-root-ca.crt` with the cluster's certificate authority (PEM) in every namespace: Pods' token
 * volumes need it (Kubernetes: `rootcacertpublisher`). Of ConfigMaps it follows these only.
 */
export function createRootCaPublisher(
  context: ControllerContext,
  { workers, rootCa }: { workers: number; rootCa: string },
): Controller {
  const { client, informers } = context;
  const allNamespaces = informers.of(namespaces);
  const published = informers.of(configMaps, { fieldSelector: `metadata.name=${configMapName}` });
  const controller = createController(context, { name: 'root_ca_cert_publisher', workers, sync });
  const { queue } = controller;

  allNamespaces.addHandler({
    add: ({ metadata }) => queue.add(metadata.name ?? ''),
    update: (_, { metadata, status }) => {
      if (status?.phase === 'Active') queue.add(metadata.name ?? '');
    },
  });
  published.addHandler({
    add: ({ metadata }) => queue.add(metadata.namespace ?? ''),
    update: (_, { metadata }) => queue.add(metadata.namespace ?? ''),
    delete: ({ metadata }) => queue.add(metadata.namespace ?? ''),
  });

  async function sync(namespace: string): Promise<void> {
    const found = allNamespaces.store.get(namespace);
    if (!found || found.metadata.deletionTimestamp) return;
    const current = published.store.get(`${namespace}/${configMapName}`);
    try {
      if (current === undefined) await client.create(configMaps, wanted(namespace));
      else if (!isPublished(current)) {
        const { metadata } = current;
        const annotations = { ...metadata.annotations, [descriptionAnnotation]: description };
        const mended = { ...current, metadata: { ...metadata, annotations }, data: { 'ca.crt': rootCa } };
        await client.update(configMaps, mended);
      }
    } catch (error) {
      // Somebody was faster, or the namespace is going.
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
    }
  }

  function wanted(namespace: string): ConfigMap {
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: configMapName,
        namespace,
        annotations: { [descriptionAnnotation]: description },
      },
      data: { 'ca.crt': rootCa },
    };
  }

  function isPublished({ metadata, data = {} }: ConfigMap): boolean {
    const isDescribed = Boolean(metadata.annotations?.[descriptionAnnotation]);
    return isDescribed && Object.keys(data).length === 1 && data['ca.crt'] === rootCa;
  }

  return controller;
}
