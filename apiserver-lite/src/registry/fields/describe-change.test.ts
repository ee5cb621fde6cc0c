import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageSchema } from '@pg8s/k8s-proto/schema/schema';
import { describeChange } from './describe-change.ts';
import { goValue, metaValue } from './go-value.ts';
import { lineDiff } from './line-diff.ts';

test('a change of a claim reads as kube-apiserver tells it', () => {
  const claim = (accessModes: string[]) => ({ accessModes, resources: { requests: { storage: '1Gi' } } });
  assert.equal(
    describeChange('core.v1.PersistentVolumeClaimSpec', claim(['ReadWriteMany']), claim(['ReadWriteOnce'])),
    [
      '@@ -1,6 +1,6 @@',
      ' {',
      '  "AccessModes": [',
      '-  "ReadWriteMany"',
      '+  "ReadWriteOnce"',
      '  ],',
      '  "Selector": null,',
      '  "Resources": {',
      '',
    ].join('\n'),
  );
});

test('values of internal types print every field under its Go name', () => {
  assert.equal(
    goValue('core.v1.Taint', { key: 'a', effect: 'NoExecute' }).json(),
    '{"Key":"a","Value":"","Effect":"NoExecute","TimeAdded":null}',
  );
  assert.equal(
    goValue('apps.v1.DeploymentStrategy', { type: 'X', rollingUpdate: { maxSurge: 1 } }).json(),
    '{"Type":"X","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":1}}',
  );
  assert.equal(goValue('core.v1.Taint', undefined).json(), 'null');
});

test('types of apimachinery keep their JSON names and leave out what is empty', () => {
  assert.equal(
    metaValue('LabelSelector', { matchLabels: { b: '2', a: '1' }, matchExpressions: [] }).json(),
    '{"matchLabels":{"a":"1","b":"2"}}',
  );
});

test('host settings of a Pod stand in its security context', () => {
  const text = goValue('core.v1.PodSpec', { hostNetwork: true, containers: [], nodeName: 'a' }).json(1);
  assert.match(text, /"SecurityContext": \{\n {2}"HostNetwork": true,\n {2}"HostPID": false,/);
  assert.doesNotMatch(text, /hostNetwork|DeprecatedServiceAccount/);
});

const lines = (text: string) => [...text].join('\n');

test('a diff has three lines around each change, and two far changes two hunks', () => {
  assert.equal(lineDiff('a', 'a'), '');
  assert.equal(lineDiff(lines('abc'), lines('adc')), '@@ -1,3 +1,3 @@\n a\n-b\n+d\n c\n');
  assert.equal(
    lineDiff(lines('abcdefghijkl'), lines('Xbcdefghijk')),
    '@@ -1,4 +1,4 @@\n-a\n+X\n b\n c\n d\n@@ -9,4 +9,3 @@\n i\n j\n k\n-l\n',
  );
  assert.equal(lineDiff(lines('abcdefgh'), lines('XbcdefgY')).match(/@@ -/g)?.length, 1);
});

test('the longest run of equal lines is kept', () => {
  assert.equal(lineDiff(lines('abxab'), lines('abyab')), '@@ -1,5 +1,5 @@\n a\n b\n-x\n+y\n a\n b\n');
  assert.equal(lineDiff(lines('aab'), lines('ab')), '@@ -1,3 +1,2 @@\n-a\n a\n b\n');
  assert.equal(lineDiff('', 'a'), '@@ -1 +1 @@\n-\n+a\n');
});

test('sources of volumes stand in the order of the internal types, none is missing', () => {
  const names = (message: string) =>
    Object.keys(JSON.parse(goValue(`core.v1.${message}`, {}).json()) as Record<string, unknown>);
  for (const message of ['VolumeSource', 'PersistentVolumeSource', 'PodSpec']) {
    const schema = messageSchema(`k8s.io.api.core.v1.${message}`);
    const known = (schema?.fields ?? []).map(({ goName }) => goName);
    // A PodSpec's host settings stand in its security context, and an old name is gone.
    const moved = ['HostNetwork', 'HostPID', 'HostIPC', 'ShareProcessNamespace', 'HostUsers'];
    const gone = [...moved, 'DeprecatedServiceAccount'];
    assert.deepEqual(
      names(message).toSorted(),
      known.filter((name) => message !== 'PodSpec' || !gone.includes(name)).toSorted(),
    );
  }
  assert.deepEqual(names('VolumeSource').slice(9, 13), [
    'PersistentVolumeClaim',
    'RBD',
    'Quobyte',
    'FlexVolume',
  ]);
});
