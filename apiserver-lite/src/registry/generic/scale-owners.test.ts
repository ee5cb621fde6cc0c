import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import { ownersOfScale, ownersOfWorkload, replicasOfGroup } from './scale-owners.ts';

const apps = replicasOfGroup('apps');

/* The expectations are what kube-apiserver 1.36.3 makes of the same owners. */

const time = '2026-01-01T00:00:00Z';
const replicas = { 'f:spec': { 'f:replicas': {} } };

function owner(manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return {
    manager,
    operation: 'Update',
    apiVersion: 'apps/v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } },
    ...more,
  };
}

const objectOf = (kind: string, managedFields: ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: kind === 'Scale' ? 'autoscaling/v1' : 'apps/v1',
  kind,
  metadata: { name: 'x', managedFields },
});

const print = (entries: readonly ManagedFieldsEntry[]) =>
  entries.map(
    ({ manager, operation, apiVersion, subresource = '', time: at = '-', fieldsV1 }) =>
      `${manager} ${operation} ${apiVersion} ${subresource} ${at} ${JSON.stringify(fieldsV1)}`,
  );

test('of a workload’s owners those of the replicas own its Scale', () => {
  const workload = objectOf('Deployment', [
    owner('a', { operation: 'Apply' }),
    owner('b', { fieldsV1: { 'f:spec': { 'f:paused': {} } } }),
    owner('c'),
    owner('d', { apiVersion: 'extensions/v1beta1' }),
  ]);
  assert.deepEqual(print(ownersOfScale(workload, apps)), [
    `a Apply autoscaling/v1  ${time} ${JSON.stringify(replicas)}`,
    `c Update autoscaling/v1  ${time} ${JSON.stringify(replicas)}`,
  ]);
});

const inApps = { pathOf: apps, apiVersion: 'apps/v1' };
const scaler = owner('s', { apiVersion: 'autoscaling/v1', subresource: 'scale', fieldsV1: replicas });

test('who scales takes the replicas from everybody, and owns them without a time', () => {
  const workload = objectOf('Deployment', [
    owner('a', { operation: 'Apply', fieldsV1: replicas }),
    owner('b', { fieldsV1: { 'f:spec': { 'f:paused': {} } } }),
    owner('c'),
    owner('d', { apiVersion: 'extensions/v1beta1' }),
  ]);
  assert.deepEqual(print(ownersOfWorkload(workload, objectOf('Scale', [scaler]), inApps)), [
    `s Update apps/v1 scale - ${JSON.stringify(replicas)}`,
    `b Update apps/v1  ${time} {"f:spec":{"f:paused":{}}}`,
    `c Update apps/v1  ${time} {"f:spec":{"f:paused":{}}}`,
  ]);
});

test('who owns a field whose last inner field goes owns it still', () => {
  const workload = objectOf('Deployment', [
    owner('a', { fieldsV1: { 'f:spec': { '.': {}, 'f:replicas': {} } } }),
  ]);
  assert.deepEqual(print(ownersOfWorkload(workload, objectOf('Scale', [scaler]), inApps)), [
    `s Update apps/v1 scale - ${JSON.stringify(replicas)}`,
    `a Update apps/v1  ${time} {"f:spec":{}}`,
  ]);
});

test('an applier that keeps the replicas keeps its entry; an updater gets one more', () => {
  const workload = objectOf('Deployment', [owner('a', { operation: 'Apply' }), owner('c')]);
  const scale = objectOf('Scale', ownersOfScale(workload, apps));
  assert.deepEqual(print(ownersOfWorkload(workload, scale, inApps)), [
    `a Apply apps/v1  ${time} {"f:spec":{"f:replicas":{},"f:paused":{}}}`,
    `c Update apps/v1  - ${JSON.stringify(replicas)}`,
    `c Update apps/v1  ${time} {"f:spec":{"f:paused":{}}}`,
  ]);
});

test('what else is owned in a Scale is nobody’s in the workload', () => {
  const status = owner('s', {
    apiVersion: 'autoscaling/v1',
    subresource: 'scale',
    fieldsV1: { 'f:status': { 'f:replicas': {} } },
  });
  assert.deepEqual(ownersOfWorkload(objectOf('Deployment', []), objectOf('Scale', [status]), inApps), []);
});

test('of entries that differ only in their time the last one counts', () => {
  const withoutTime = owner('a', { fieldsV1: replicas });
  delete withoutTime.time;
  const workload = objectOf('Deployment', [
    withoutTime,
    owner('a', { fieldsV1: { 'f:spec': { 'f:paused': {} } } }),
  ]);
  assert.deepEqual(ownersOfScale(workload, apps), []);
  assert.deepEqual(print(ownersOfWorkload(workload, objectOf('Scale', []), inApps)), [
    `a Update apps/v1  ${time} {"f:spec":{"f:paused":{}}}`,
  ]);
});
