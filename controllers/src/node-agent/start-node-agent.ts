import type { KubeConfig } from '@kubernetes/client-node';
import { createContext, type Part, type PartOptions } from '../runtime/part.ts';
import { type NodeAgentOptions, startNodeAgent as startOne } from './node-agent.ts';

export interface StartNodeAgentOptions
  extends Omit<PartOptions, 'kubeConfig' | 'leaderElection'>, Pick<NodeAgentOptions, 'capacity' | 'delays'> {
  /** Each node has an identity of its own: `system:node:NAME`. */
  kubeConfig: (nodeName: string) => KubeConfig;
  /** A node's place here gives it its addresses. */
  nodeNames: readonly string[];
}

const kubeletVersion = 'v1.36.3+pg8s';

/** Starts the simulated nodes; ready when all are registered and ready. */
export function startNodeAgent(options: StartNodeAgentOptions): Part {
  const { kubeConfig, nodeNames, capacity, delays, ...part } = options;
  const agents = nodeNames.map((name, index) => {
    const context = createContext({
      ...part,
      kubeConfig: kubeConfig(name),
      component: 'kubelet',
      host: name,
    });
    const agent = startOne(context, {
      name,
      index,
      kubeletVersion,
      ...(capacity === undefined ? {} : { capacity }),
      ...(delays === undefined ? {} : { delays }),
    });
    return { agent, context };
  });
  return {
    ready: Promise.all(agents.map(({ agent }) => agent.ready)).then(() => undefined),
    async close() {
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
