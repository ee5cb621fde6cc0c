import type { KubeConfig } from '@kubernetes/client-node';
import { type ConnectionOptions, createContext, type OwnContext } from '../runtime/context.ts';
import type { Part } from '../runtime/part.ts';
import { Kubelet, type KubeletOptions } from './kubelet.ts';
import {
  type KubeletServer,
  type KubeletServerOptions,
  startKubeletServer,
} from './server/kubelet-server.ts';

/** The simulated nodes of a cluster. */
export interface KubeletsOptions
  extends Omit<ConnectionOptions, 'kubeConfig'>, Pick<KubeletOptions, 'capacity' | 'delays'> {
  /** Each node has an identity of its own: `system:node:NAME`. */
  kubeConfig: (nodeName: string) => KubeConfig;
  /** A node's position here gives it its addresses. */
  nodeNames: readonly string[];
  /** The HTTP API of the nodes; absent: they have none. */
  server?: Omit<KubeletServerOptions, 'log'>;
}

const kubeletVersion = 'v1.36.3+pg8s';

/**
 * Builds the simulated nodes; `start` opens their port and registers them, and they are ready when all are.
 */
export function createKubelets(options: KubeletsOptions): Part {
  return new Kubelets(options);
}

class Kubelets implements Part {
  readonly ready: Promise<void>;
  readonly #options: KubeletsOptions;
  readonly #ready = Promise.withResolvers<void>();
  readonly #running: { kubelet: Kubelet; context: OwnContext }[] = [];
  #server: KubeletServer | undefined;
  #isStarted = false;
  #isClosing = false;

  constructor(options: KubeletsOptions) {
    this.#options = options;
    this.ready = this.#ready.promise;
    // A caller that does not wait for it must not fail by its rejection.
    this.ready.catch(() => undefined);
  }

  start(): void {
    if (this.#isStarted || this.#isClosing) return;
    this.#isStarted = true;
    this.#start().then(this.#ready.resolve, this.#ready.reject);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#server?.close();
    await Promise.all(
      this.#running.map(async ({ kubelet, context }) => {
        await kubelet.stop();
        context.recorder.stop();
        context.client.close();
      }),
    );
  }

  async #start(): Promise<void> {
    const { server, log, nodeNames } = this.#options;
    // Before the kubelets: the port is in the status of their Nodes.
    if (server !== undefined) this.#server = await startKubeletServer({ ...server, log });
    if (this.#isClosing) return this.#server?.close();
    await Promise.all(nodeNames.map((name, index) => this.#startOne(name, index).ready));
  }

  #startOne(name: string, index: number): Kubelet {
    const { kubeConfig, nodeNames: _, server: __, capacity, delays, ...connection } = this.#options;
    const context = createContext({
      ...connection,
      kubeConfig: kubeConfig(name),
      component: 'kubelet',
      host: name,
      whenBusy: 'refuse',
    });
    const server = this.#server;
    const kubelet = new Kubelet(context, {
      name,
      index,
      kubeletVersion,
      ...(capacity === undefined ? {} : { capacity }),
      ...(delays === undefined ? {} : { delays }),
      ...(server === undefined ? {} : { endpoint: { host: server.host, port: server.port } }),
    });
    server?.serve(kubelet);
    this.#running.push({ kubelet, context });
    kubelet.start();
    return kubelet;
  }
}
