import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withLocalAvailability } from '../registry/apiregistration/api-service/availability.ts';
import { withDangling } from './flow-schema-condition.ts';

const nowMs = Date.parse('2026-01-02T03:04:05Z');

test('a FlowSchema says whether its priority level exists, and is written when that changes', () => {
  const schema = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'a' },
    spec: { priorityLevelConfiguration: { name: 'level' } },
  };
  const dangling = withDangling(schema, nowMs, false);
  assert.deepEqual(dangling['status'], {
    conditions: [
      {
        type: 'Dangling',
        status: 'True',
        lastTransitionTime: '2026-01-02T03:04:05Z',
        reason: 'NotFound',
        message:
          'This FlowSchema references the PriorityLevelConfiguration object named "level" but there is no such object',
      },
    ],
  });
  assert.equal(withDangling(dangling, nowMs + 5000, false), dangling, 'nothing to write');
  const found = withDangling(dangling, nowMs, true);
  const { conditions } = found['status'] as { conditions: { status: string; reason: string }[] };
  assert.deepEqual(
    conditions.map(({ status, reason }) => [status, reason]),
    [['False', 'Found']],
  );
  assert.deepEqual(
    found.metadata.managedFields?.map(({ manager, operation, subresource }) => [
      manager,
      operation,
      subresource,
    ]),
    [['api-priority-and-fairness-config-consumer-v1', 'Apply', 'status']],
  );
});

test('only APIServices that lead to no Service are available as they are', () => {
  const local = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.a' },
    spec: { group: 'a', version: 'v1' },
    status: { conditions: [{ type: 'Available', status: 'False', reason: 'Else' }, { type: 'Other' }] },
  };
  const available = withLocalAvailability(local, nowMs);
  const { conditions } = available['status'] as { conditions: { type: string; status?: string }[] };
  assert.deepEqual(
    conditions.map(({ type, status }) => [type, status]),
    [
      ['Available', 'True'],
      ['Other', undefined],
    ],
  );
  assert.equal(withLocalAvailability(available, nowMs + 5000), available);
  const remote = { ...local, spec: { ...local.spec, service: { name: 's', namespace: 'n' } } };
  assert.equal(withLocalAvailability(remote, nowMs), remote);
});
