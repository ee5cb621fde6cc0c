import type { KubeConfig } from '@kubernetes/client-node';
import { createContext, type Part, type PartOptions } from '../runtime/part.ts';
import type { ControllerContext } from '../runtime/context.ts';
import {
  type KubeletServer,
  type KubeletServerOptions,
  startKubeletServer,
} from './server/kubelet-server.ts';
import { type NodeAgent, type NodeAgentOptions, startNodeAgent as startOne } from './kubelet.ts';

export interface StartNodeAgentOptions
  extends Omit<PartOptions, 'kubeConfig' | 'leaderElection'>, Pick<NodeAgentOptions, 'capacity' | 'delays'> {
  /** Each node has an identity of its own: `system:node:NAME`. */
  kubeConfig: (nodeName: string) => KubeConfig;
  /** A node's place here gives it its addresses. */
  nodeNames: readonly string[];
  /** The nodes' own HTTP API; absent: they have none. */
  kubelet?: Omit<KubeletServerOptions, 'log'>;
}

const kubeletVersion = 'v1.36.3+pg8s';

/** Starts the simulated nodes; ready when all are registered and ready. */
export function startNodeAgent(options: StartNodeAgentOptions): Part {
  const { kubeConfig, nodeNames, capacity, delays, kubelet, ...part } = options;
  const agents: { agent: NodeAgent; context: ControllerContext }[] = [];
  let server: KubeletServer | undefined;
  let isClosing = false;

  function startAgent(name: string, index: number): NodeAgent {
    const context = createContext({
      ...part,
      kubeConfig: kubeConfig(name),
      component: 'kubelet',
      host: name,
      whenBusy: 'refuse',
    });
    const agent = startOne(context, {
      name,
      index,
      kubeletVersion,
      ...(capacity === undefined ? {} : { capacity }),
      ...(delays === undefined ? {} : { delays }),
      ...(server === undefined ? {} : { endpoint: { host: server.host, port: server.port } }),
    });
    server?.serve(agent);
    agents.push({ agent, context });
    return agent;
  }

  async function start(): Promise<undefined | void> {
    // The port is in the status of the Nodes.
    if (kubelet !== undefined) server = await startKubeletServer({ ...kubelet, log: part.log });
    if (isClosing) return server?.close();
    await Promise.all(nodeNames.map((name, index) => startAgent(name, index).ready));
    return undefined;
  }

  const ready = start();
  ready.catch(() => undefined);
  return {
    ready,
    async close() {
      isClosing = true;
      await server?.close();
      await Promise.all(
        agents.map(async ({ agent, context }) => {
          await agent.stop();
          context.recorder.stop();
          context.client.close();
        }),
      );
    },
  };
}
