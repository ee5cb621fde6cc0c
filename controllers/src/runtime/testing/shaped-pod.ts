import type { Pod } from '../client/resource.ts';

/** The time of the tests. */
export const now = Date.parse('2026-01-02T00:00:00Z');

/** How a Pod differs from one that runs. */
export interface PodShape {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
  labels?: Record<string, string>;
}

/** A Pod of ReplicaSet tests. */
export function pod(
  name: string,
  { node = 'n1', phase = 'Running', readyFor, cost, restarts = 0, age = 3600, labels }: PodShape = {},
): Pod {
  const at = (seconds: number) => new Date(now - seconds * 1000).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: at(age),
      ...(labels ? { labels } : {}),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
      ...(readyFor === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(readyFor) }] }),
    },
  };
}
