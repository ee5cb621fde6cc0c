import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { resources } from '@pg8s/k8s-proto/scheme';
import { applyDefaults, hasDefaults } from '../../defaults/apply-defaults.ts';
import { rows as clusterRows } from './defaults/cluster-rows.ts';
import { rows as coreRows } from './defaults/core-rows.ts';
import { rows as podRows } from './defaults/pod-rows.ts';
import type { DefaultsRow } from './defaults/defaults-row.ts';
import { rows as workloadRows } from './defaults/workload-rows.ts';

const rows: readonly DefaultsRow[] = [...podRows, ...workloadRows, ...coreRows, ...clusterRows];
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

function decoded(kind: string, given: object): object {
  const [, apiVersion = '', name = ''] = /^(.*)\/([^/]+)$/.exec(kind) ?? [];
  const object = {
    apiVersion,
    kind: name,
    metadata: { name: 'x' },
    ...structuredClone(given),
  } as KubeObject;
  applyDefaults(object, nowMs);
  const once = structuredClone(object);
  applyDefaults(object, nowMs + 60_000);
  assert.deepEqual(object, once, 'twice is once');
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = once;
  const { name: _name, ...more } = metadata;
  return Object.keys(more).length === 0 ? rest : { metadata: { name: 'x', ...more }, ...rest };
}

for (const { kind, given, gives, says } of rows) {
  test(`${kind}${says === undefined ? '' : `: ${says}`}`, () => {
    assert.deepEqual(decoded(kind, given), gives);
  });
}

test('what has a default keeps another value', () => {
  for (const { kind, gives } of rows) assert.deepEqual(decoded(kind, gives), gives, kind);
});

test('every kind with defaults has a row, and none that has a row is without', () => {
  const tested = new Set(rows.map(({ kind }) => kind));
  const served = resources()
    .filter(({ servedByDefault }) => servedByDefault)
    .map(({ group, version, kind }) => `${group === '' ? version : `${group}/${version}`}/${kind}`);
  assert.deepEqual(
    served.filter((kind) => hasDefaults(kind) && !tested.has(kind)),
    [],
  );
  assert.deepEqual(
    [...tested].filter((kind) => !hasDefaults(kind)),
    [],
  );
});
