import { KubeConfig } from '@kubernetes/client-node';
import { createControllers } from '@pg8s/controllers/controllers';
import { createNodeMirrorPods } from '@pg8s/controllers/kubelet/static-pods/node-mirror-pods';
import type { Worker } from '@pg8s/controllers/runtime/part';
import { controlPlanePods, type RunningParts } from '../control-plane-pods.ts';
import { stableIdentity } from '../identity.ts';
import type { KeyPair } from '../pki/authority.ts';
import { readRootCa } from '../root-ca.ts';
import type { StopStack } from '../stop-stack.ts';
import type { ListeningApiserver } from './apiserver-stage.ts';
import type { ObservedParts } from './observed-parts.ts';
import type { Setup } from './setup.ts';

/** What the controllers stage is made of. */
export interface ControllersInput {
  readonly apiserver: ListeningApiserver;
  readonly observed: ObservedParts;
  /** What the mirror Pods of the control plane show. */
  readonly shown: RunningParts;
}

/** Controllers, scheduler and simulated nodes that are built. */
export interface ControllersStage {
  /** Lets them work; resolves when Pods can run, here or, as another control plane leads, there. */
  start(): Promise<void>;
}

/** Builds what works above the API. @throws UsageError for flags */
export async function controllersStage(
  setup: Setup,
  { apiserver, observed, shown }: ControllersInput,
  stack: StopStack,
): Promise<ControllersStage> {
  const { pki } = shown;
  const { controllerManager, scheduler } = setup.settings;
  const identityOf = (user: string, client: KeyPair): KubeConfig => {
    const config = new KubeConfig();
    config.loadFromString(apiserver.kubeconfigOf(user, client));
    return config;
  };
  const nodeIdentity = (name: string): KubeConfig => identityOf(`system:node:${name}`, pki.nodes.get(name)!);
  const rootCa = await readRootCa(controllerManager.controllerSettings.rootCaFile);
  for (const note of [...controllerManager.notes, ...scheduler.notes]) setup.log.warn(note);
  const isReady = Promise.withResolvers<void>();
  const mirrorPodsOf = (nodeName: string): Worker[] => [
    createNodeMirrorPods({
      kubeConfig: nodeIdentity(nodeName),
      log: setup.log.child({ part: 'controllers', component: 'kubelet' }),
      nodeName,
      // When the nodes are ready, so that it delays nothing.
      begin: isReady.promise,
      pods: controlPlanePods(shown),
    }),
  ];
  const [firstNode] = setup.nodeNames;
  const controllers = createControllers({
    kubeConfigs: {
      controllerManager: identityOf('system:kube-controller-manager', pki.controllerManager),
      scheduler: identityOf('system:kube-scheduler', pki.scheduler),
      node: nodeIdentity,
    },
    controllerManager: {
      ...controllerManager.settings,
      enabled: controllerManager.enabled,
      concurrency: controllerManager.concurrency,
      settings: { ...controllerManager.controllerSettings, rootCa },
      // One control plane leads, and it is shown.
      ...(firstNode === undefined ? {} : { whileLeading: () => mirrorPodsOf(firstNode) }),
    },
    scheduler: scheduler.settings,
    nodeNames: setup.nodeNames,
    nodesFollowLeader: true,
    kubelet: {
      // Only the API server of this process asks it.
      bindAddress: '127.0.0.1',
      host: 'localhost',
      port: 0,
      cert: pki.kubelet.cert,
      key: pki.kubelet.key,
      clientCa: pki.ca.cert,
    },
    identity: await stableIdentity(setup.dataDir, { ownsDatabase: shown.postgresUrl === undefined }),
    log: setup.log.child({ part: 'controllers' }),
  });
  observed.observe(controllers);
  stack.push('controllers', () => controllers.close());
  return {
    async start() {
      controllers.start();
      controllers.ready.then(isReady.resolve, () => undefined);
      const leader = await controllers.started;
      const count = setup.nodeNames.length;
      const work = `${count} ${count === 1 ? 'node' : 'nodes'} ready`;
      setup.onUp('controllers', leader === undefined ? work : `standby: ${leader} leads`);
    },
  };
}
