import type { KubeObject } from '@pg8s/k8s-proto/object';
import { timestamp } from '../registry/generic/timestamp.ts';
import { conditionFields, withAppliedStatus } from '../registry/server-writes.ts';

interface SchemaCondition {
  type: string;
  status: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/** The name of the priority level that a FlowSchema leads to. */
export function levelOf(schema: { readonly [field: string]: unknown }): string {
  const { priorityLevelConfiguration } = (schema['spec'] ?? {}) as {
    priorityLevelConfiguration?: { name?: string };
  };
  return priorityLevelConfiguration?.name ?? '';
}

/**
 * A FlowSchema says whether the priority level that it names exists (Kubernetes:
 * `util/flowcontrol/apf_controller.go`).
 */
export function withDangling(object: KubeObject, nowMs: number, exists: boolean): KubeObject {
  const status = (object['status'] ?? {}) as { conditions?: SchemaCondition[] };
  const { conditions = [] } = status;
  const level = levelOf(object);
  const found = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  const condition = {
    type: 'Dangling',
    status: exists ? 'False' : 'True',
    lastTransitionTime: timestamp(nowMs),
    reason: exists ? 'Found' : 'NotFound',
    message: exists ? `${found} and it exists` : `${found} but there is no such object`,
  };
  const known = conditions.find(({ type }) => type === 'Dangling');
  if (
    known !== undefined &&
    known.status === condition.status &&
    known.reason === condition.reason &&
    known.message === condition.message
  ) {
    return object;
  }
  const next = {
    ...object,
    status: {
      ...status,
      conditions:
        known === undefined
          ? [...conditions, condition]
          : conditions.map((each) => (each === known ? condition : each)),
    },
  };
  return withAppliedStatus(next, {
    manager: 'api-priority-and-fairness-config-consumer-v1',
    fields: conditionFields(condition.type, Object.keys(condition)),
    nowMs,
  });
}
