import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../runtime/client/api-error.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import type { Worker } from '../../runtime/part.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { type ConfigMap, configMaps, type Namespace, namespaces } from '../../runtime/client/resource.ts';

const configMapName = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
/** kube-controller-manager's text. */
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Keeps a ConfigMap `kube-root-ca.crt` with the cluster's certificate authority in every namespace: Pods'
 * token volumes need it (Kubernetes: `rootcacertpublisher`). Its informer follows only the ConfigMaps of this
 * name.
 */
export class RootCaPublisher implements Worker {
  readonly #context: ControllerContext;
  /** PEM. */
  readonly #rootCa: string;
  readonly #namespaces: Informer<Namespace>;
  readonly #published: Informer<ConfigMap>;
  readonly #controller: Controller;

  constructor(context: ControllerContext, { workers, rootCa }: { workers: number; rootCa: string }) {
    this.#context = context;
    this.#rootCa = rootCa;
    this.#namespaces = context.informers.of(namespaces);
    this.#published = context.informers.of(configMaps, { fieldSelector: `metadata.name=${configMapName}` });
    this.#controller = createController(context, {
      name: 'root_ca_cert_publisher',
      workers,
      sync: (namespace) => this.#sync(namespace),
    });
    const { queue } = this.#controller;
    this.#namespaces.addHandler({
      add: ({ metadata }) => queue.add(metadata.name ?? ''),
      update: (_, { metadata, status }) => {
        if (status?.phase === 'Active') queue.add(metadata.name ?? '');
      },
    });
    this.#published.addHandler({
      add: ({ metadata }) => queue.add(metadata.namespace ?? ''),
      update: (_, { metadata }) => queue.add(metadata.namespace ?? ''),
      delete: ({ metadata }) => queue.add(metadata.namespace ?? ''),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  async #sync(namespace: string): Promise<void> {
    const { client } = this.#context;
    const found = this.#namespaces.store.get(namespace);
    if (!found || found.metadata.deletionTimestamp) return;
    const current = this.#published.store.get(`${namespace}/${configMapName}`);
    try {
      if (current === undefined) await client.create(configMaps, this.#configMapOf(namespace));
      else if (!this.#isUpToDate(current)) await client.update(configMaps, this.#mended(current));
    } catch (error) {
      // Another client was faster, or the namespace is being deleted.
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
    }
  }

  #configMapOf(namespace: string): ConfigMap {
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: configMapName,
        namespace,
        annotations: { [descriptionAnnotation]: description },
      },
      data: { 'ca.crt': this.#rootCa },
    };
  }

  #isUpToDate({ metadata, data = {} }: ConfigMap): boolean {
    const isDescribed = Boolean(metadata.annotations?.[descriptionAnnotation]);
    return isDescribed && Object.keys(data).length === 1 && data['ca.crt'] === this.#rootCa;
  }

  #mended(current: ConfigMap): ConfigMap {
    const { metadata } = current;
    const annotations = { ...metadata.annotations, [descriptionAnnotation]: description };
    return { ...current, metadata: { ...metadata, annotations }, data: { 'ca.crt': this.#rootCa } };
  }
}
