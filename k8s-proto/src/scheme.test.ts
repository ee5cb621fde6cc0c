import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  apiVersionOf,
  groupVersionOf,
  isKindMessage,
  kindInfo,
  knownKinds,
  messageOf,
  resourceInfo,
  resources,
} from './scheme.ts';
import { messageSchema } from './schema/schema.ts';

test('API versions', () => {
  assert.deepEqual(groupVersionOf('v1'), { group: '', version: 'v1' });
  assert.deepEqual(groupVersionOf('apps/v1'), { group: 'apps', version: 'v1' });
  assert.equal(apiVersionOf({ group: '', version: 'v1' }), 'v1');
  assert.equal(apiVersionOf({ group: 'apps', version: 'v1' }), 'apps/v1');
});

test('resources know where and as what they are stored', () => {
  assert.equal(resourceInfo('', 'v1', 'nodes')?.storageKeyPrefix, 'minions');
  assert.equal(resourceInfo('', 'v1', 'services')?.storageKeyPrefix, 'services/specs');
  assert.equal(resourceInfo('', 'v1', 'bindings')?.storageKeyPrefix, undefined);
  assert.deepEqual(resourceInfo('events.k8s.io', 'v1', 'events')?.storedAs, {
    group: '',
    version: 'v1',
    kind: 'Event',
  });
  assert.deepEqual(resourceInfo('apps', 'v1', 'deployments')?.storedAs, {
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
  });
  const scale = resourceInfo('apps', 'v1', 'deployments')?.subresources.find(({ name }) => name === 'scale');
  assert.deepEqual(scale, {
    name: 'scale',
    kind: 'Scale',
    group: 'autoscaling',
    version: 'v1',
    verbs: ['get', 'patch', 'update'],
  });
  assert.equal(resourceInfo('apps', 'v1', 'widgets'), undefined);
});

test('every resource that is stored, and its list, has a message', () => {
  const missing = resources()
    .filter(({ storageKeyPrefix, verbs }) => storageKeyPrefix !== undefined && verbs.includes('list'))
    .flatMap(({ group, version, kind }) => [
      { group, version, kind },
      { group, version, kind: `${kind}List` },
    ])
    .filter((gvk) => kindInfo(gvk) === undefined);
  assert.deepEqual(missing, []);
});

test('kinds', () => {
  assert.equal(messageOf({ group: '', version: 'v1', kind: 'Pod' }), 'k8s.io.api.core.v1.Pod');
  assert.equal(
    messageOf({ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleList' }),
    'k8s.io.api.rbac.v1.RoleList',
  );
  assert.equal(
    messageOf({ group: 'apps', version: 'v1', kind: 'DeleteOptions' }),
    'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  );
  assert.equal(
    messageOf({ group: '', version: 'v1', kind: 'Status' }),
    'k8s.io.apimachinery.pkg.apis.meta.v1.Status',
  );
  assert.equal(messageOf({ group: 'apps', version: 'v1', kind: 'Status' }), undefined);
  assert.equal(messageOf({ group: '', version: 'v1', kind: 'Poud' }), undefined);
  assert.equal(kindInfo({ group: '', version: 'v1', kind: 'PodList' })?.isList, true);
  assert.ok(isKindMessage('k8s.io.api.core.v1.Pod'));
  assert.ok(!isKindMessage('k8s.io.api.core.v1.PodSpec'));
  for (const { message } of knownKinds().values()) assert.ok(messageSchema(message), message);
});

test('fields carry what patches and field management need', () => {
  const spec = messageSchema('k8s.io.api.core.v1.PodSpec')?.byJson;
  const volumes = spec?.get('volumes');
  assert.deepEqual(volumes?.patchStrategy, ['merge', 'retainKeys']);
  assert.equal(volumes?.patchMergeKey, 'name');
  assert.equal(volumes?.listType, 'map');
  assert.deepEqual(volumes?.listMapKeys, ['name']);
  assert.equal(spec?.get('nodeSelector')?.mapType, 'atomic');
  assert.deepEqual(spec?.get('restartPolicy')?.type, {
    kind: 'string',
    goType: 'v1.RestartPolicy',
    values: ['Always', 'OnFailure', 'Never'],
  });
  // Inline messages are dissolved.
  const volume = messageSchema('k8s.io.api.core.v1.Volume')?.byJson;
  assert.equal(volume?.get('emptyDir')?.type.kind, 'message');
});
