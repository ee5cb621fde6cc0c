import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyAppArmorAnnotations } from './app-armor-annotations.ts';
import type { Pod } from './pod.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

function copied(annotation: string, podProfile?: object, more: object = {}): [unknown, number] {
  const container = { name: 'c', image: 'i' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { annotations: { [`${prefix}c`]: annotation } },
    spec: { containers: [container], securityContext: { appArmorProfile: podProfile }, ...more },
  } as unknown as Pod;
  const warnings = copyAppArmorAnnotations(pod);
  return [pod.spec.containers[0]?.securityContext?.appArmorProfile, warnings.length];
}

test('AppArmor annotations become fields, with a warning', () => {
  assert.deepEqual(copied('unconfined'), [{ type: 'Unconfined' }, 1]);
  assert.deepEqual(copied('runtime/default'), [{ type: 'RuntimeDefault' }, 1]);
  assert.deepEqual(copied('localhost/a'), [{ type: 'Localhost', localhostProfile: 'a' }, 1]);
  assert.deepEqual(copied('localhost/'), [undefined, 1], 'an invalid one is warned about only');
  assert.deepEqual(copied('unconfined', { type: 'Unconfined' }), [undefined, 0], 'the Pod says it already');
  assert.deepEqual(copied('unconfined', { type: 'RuntimeDefault' }), [{ type: 'Unconfined' }, 1]);
  assert.deepEqual(copied('unconfined', undefined, { os: { name: 'windows' } }), [undefined, 0]);
});
