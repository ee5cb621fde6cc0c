import pino from 'pino';
import { createContext, type OwnContext } from '../../../controllers/src/runtime/context.ts';
import { type Pod, pods, services } from '../../../controllers/src/runtime/client/resource.ts';
import { loadKubeconfig } from '../../../pg8s/src/commands/load-kubeconfig.ts';
import { HostPod, type HostPodOptions } from './host-pod.ts';
import type { HostImages } from './images.ts';
import { PodNetwork } from './pod-network.ts';

const keptProblems = 20;

/**
 * Runs the programs of a cluster's Pods on this machine. The simulated nodes do all else: they give
 * addresses, report states and probes, and know nothing of this. A program begins when its node says that
 * the Pod runs, and ends with the Pod; each Pod has a network and files of its own.
 */
export class HostPods {
  readonly #context: OwnContext;
  readonly #options: HostPodOptions;
  /** By the uid of the Pod; what is done for one is done in order. */
  readonly #running = new Map<string, Promise<HostPod | undefined>>();
  readonly #problems: string[] = [];
  #isClosing = false;

  private constructor(context: OwnContext, options: HostPodOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Resolves when it follows the Pods. The kubeconfig is an administrator's. */
  static async start(kubeconfig: string, images: HostImages): Promise<HostPods> {
    const kubeConfig = await loadKubeconfig(kubeconfig);
    const context = createContext({
      kubeConfig,
      log: pino({ level: 'silent' }),
      component: 'host-pods',
    });
    const network = await PodNetwork.open();
    try {
      const { client } = context;
      const { spec } = await client.get(services, { namespace: 'default', name: 'kubernetes' });
      const service = { host: spec?.clusterIP ?? '', port: spec?.ports?.[0]?.port ?? 443 };
      const { hostname, port } = new URL(kubeConfig.getCurrentCluster()!.server);
      await network.forward(service, { host: hostname, port: Number(port) });
      const started = new HostPods(context, { images, network, client, service });
      const informer = context.informers.of(pods);
      informer.addHandler({
        add: (pod) => started.#changed(pod),
        update: (_, pod) => started.#changed(pod),
        delete: (pod) => void started.#forget(pod),
      });
      context.informers.start();
      await informer.synced;
      return started;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /** Why programs were not started, and what those that run wrote last; for people. */
  async report(): Promise<string> {
    const running = await Promise.all(this.#running.values());
    return [...this.#problems, ...running.flatMap((pod) => pod?.output ?? [])].join('\n');
  }

  /** Ends all programs. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#context.informers.stop();
    this.#context.client.close();
    const running = await Promise.all(this.#running.values());
    await Promise.all(running.map((pod) => pod?.end(0)));
    await this.#options.network.close();
  }

  #changed(pod: Pod): void {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, uid = '' } = pod.metadata;
    const phase = pod.status?.phase;
    const isOver = phase === 'Succeeded' || phase === 'Failed';
    if (deletionTimestamp !== undefined || isOver) void this.#end(pod, deletionGracePeriodSeconds * 1000);
    else if (phase === 'Running' && !this.#running.has(uid) && !this.#isClosing) this.#start(pod);
  }

  #start(pod: Pod): void {
    if (!HostPod.canRun(pod, this.#options.images)) return;
    const started = HostPod.start(pod, this.#options).catch((error: Error) => {
      this.#problems.push(`${pod.metadata.namespace}/${pod.metadata.name}: ${error.message}`);
      this.#problems.splice(0, this.#problems.length - keptProblems);
      return undefined;
    });
    this.#running.set(pod.metadata.uid ?? '', started);
  }

  async #end(pod: Pod, graceMs: number): Promise<void> {
    const running = await this.#running.get(pod.metadata.uid ?? '');
    await running?.end(graceMs);
  }

  async #forget(pod: Pod): Promise<void> {
    await this.#end(pod, 0);
    this.#running.delete(pod.metadata.uid ?? '');
  }
}
