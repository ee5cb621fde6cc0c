import { isConflict, isNotFound } from '../client/api-error.ts';
import { formatTime } from '../clock.ts';
import { type Pod, pods } from '../client/resource.ts';
import type { TestContext } from './test-context.ts';

export interface FakeKubelet {
  /** Pods that this refuses stay pending. */
  becomesReady: (pod: Pod) => boolean;
  stop(): void;
}

/** Binds every Pod to a node, makes it Running and ready, and ends it when it is deleted, all at once. */
export function startFakeKubelet({ api, clock }: TestContext): FakeKubelet {
  const kubelet: FakeKubelet = { becomesReady: () => true, stop: () => watch.abort() };

  async function handle(pod: Pod): Promise<void> {
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      if (pod.metadata.deletionTimestamp) {
        await api.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
      } else if (!pod.spec?.nodeName) {
        const target = { apiVersion: 'v1', kind: 'Node', name: 'node-1' };
        const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target };
        await api.createSubresource(pods, { namespace, name, subresource: 'binding' }, binding);
      } else if (pod.status?.phase !== 'Running') {
        if (!kubelet.becomesReady(pod)) return;
        const lastTransitionTime = formatTime(clock.now());
        const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
        await api.update(pods, { ...pod, status: { phase: 'Running', conditions } }, 'status');
      }
    } catch (error) {
      // A later event of the same Pod brings it here again.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  const watch = api.watch(
    pods,
    { resourceVersion: '0' },
    {
      event({ type, object }) {
        if (type === 'ADDED' || type === 'MODIFIED') void handle(object as Pod);
      },
      closed: () => undefined,
    },
  );
  return kubelet;
}
