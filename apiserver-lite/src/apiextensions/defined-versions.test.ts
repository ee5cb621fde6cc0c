import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf } from '@pg8s/k8s-proto/group-version';
import { DefinedVersions } from './defined-versions.ts';
import type { Definition } from './definition.ts';

function definition(name: string, versions: Record<string, boolean>): Definition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: name, kind: name },
      versions: Object.entries(versions).map(([version, served]) => ({
        name: version,
        served,
        storage: false,
      })),
    },
  };
}

test('versions are there as long as some definition wants to serve them', () => {
  const versions = new DefinedVersions();
  const heard: string[] = [];
  versions.subscribe((changed) => heard.push(changed.map(apiVersionOf).join()));
  const has = (version: string) => versions.has({ group: 'example.com', version });
  versions.changed(definition('a', { v1: true, v2: false }));
  versions.changed(definition('b', { v1: true }));
  assert.deepEqual([has('v1'), has('v2')], [true, false]);
  versions.changed(definition('a', { v1: true, v2: false }));
  versions.changed(definition('a', { v1: false, v2: true }));
  assert.deepEqual([has('v1'), has('v2')], [true, true]);
  versions.removed('b.example.com');
  versions.removed('never.example.com');
  assert.deepEqual([has('v1'), has('v2')], [false, true]);
  assert.deepEqual(heard, [
    'example.com/v1',
    'example.com/v1',
    'example.com/v1,example.com/v2',
    'example.com/v1',
  ]);
});
