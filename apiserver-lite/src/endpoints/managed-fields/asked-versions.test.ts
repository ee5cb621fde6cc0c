import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import { noAdmission } from '../../admission/chain.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { FieldPlan, StructPlan, TypePlan } from '../../registry/resource-types/type-plan.ts';
import type { Version, Versions } from '../../registry/resource-types/versions.ts';
import { resourceScope, type ResourceScope } from '../resource-scope.ts';
import { MemoryStore, memoryRest } from '../testing/memory-rest.ts';
import { applyConfiguration } from './apply.ts';
import { trackInTurns } from './track.ts';

const environment = {
  admission: noAdmission,
  now: () => Date.UTC(2026, 0, 1),
  random: () => 0,
  minRequestTimeoutSeconds: 1,
};

function structOf(plans: Record<string, TypePlan>): StructPlan {
  const fields = Object.entries(plans).map(([name, plan]): FieldPlan => ({
    name,
    element: `f:${name}`,
    plan,
    zero: undefined,
    dropsEmpty: false,
    asWritten: true,
  }));
  return { kind: 'struct', fields, byName: new Map(fields.map((field) => [field.name, field])) };
}

const leaf: TypePlan = { kind: 'leaf' };

/** A kind with `spec.text` in v1, which is `spec.words` in v2; who converts is asked, and may refuse. */
function askedScope(): { scope: ResourceScope; asked: string[]; refuse: (error: Error) => void } {
  const asked: string[] = [];
  let refusal: Error | undefined;
  const convert =
    (apiVersion: string, from: string, to: string) =>
    async (objects: readonly JsonObject[]): Promise<readonly JsonObject[]> => {
      asked.push(`${objects.length} to ${apiVersion}`);
      if (refusal !== undefined) throw refusal;
      return objects.map((object) => {
        const { [from]: value, ...spec } = (object['spec'] ?? {}) as JsonObject;
        return { ...object, apiVersion, spec: { ...spec, ...(value === undefined ? {} : { [to]: value }) } };
      });
    };
  const versionOf = (apiVersion: string, field: string): Version => ({
    apiVersion,
    plan: structOf({ spec: structOf({ [field]: leaf, number: leaf }) }),
    sameStructure: apiVersion === 'apps/v1',
    to: apiVersion === 'apps/v1' ? (objects) => objects : convert('apps/v2', 'text', 'words'),
    from: apiVersion === 'apps/v1' ? (objects) => objects : convert('apps/v1', 'words', 'text'),
    printed: (document) => document,
    problems: () => [],
    atomics: () => [],
    ensureTyped: () => undefined,
  });
  const own = versionOf('apps/v1', 'text');
  const other = versionOf('apps/v2', 'words');
  const versions: Versions = {
    own,
    find: (apiVersion) => [own, other].find((version) => version.apiVersion === apiVersion),
    missing: (apiVersion) => new StatusError(500, undefined, `no ${apiVersion}`),
  };
  const rest = memoryRest(new MemoryStore(), { group: 'apps', version: 'v1', name: 'replicasets' });
  const scope = resourceScope(rest, environment);
  return {
    scope: { ...scope, types: { ...scope.types, versions } },
    asked,
    refuse: (error) => (refusal = error),
  };
}

const objectOf = (spec: object, managedFields: object[] = []): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'a', uid: 'u', ...(managedFields.length === 0 ? {} : { managedFields }) },
    spec,
  }) as KubeObject;

const entry = (manager: string, apiVersion: string, fields: string[]) => ({
  manager,
  operation: 'Update',
  apiVersion,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((name) => [`f:${name}`, {}])) },
});

const ownersOf = ({ metadata }: KubeObject) =>
  (metadata.managedFields ?? []).map(
    ({ manager, apiVersion, fieldsV1 }) =>
      `${manager} ${apiVersion} ${Object.keys((fieldsV1 as Record<string, object>)['f:spec'] ?? {}).join()}`,
  );

const entries = [entry('b', 'apps/v2', ['words', 'number']), entry('c', 'apps/v2', ['words'])];

test('an update asks once for each version in which somebody owns something', async () => {
  const { scope, asked } = askedScope();
  const after = objectOf({ text: 'new', number: 1 });
  await trackInTurns(objectOf({ text: 'old', number: 1 }, entries), after, { scope, manager: 'a' });
  assert.deepEqual(asked, ['2 to apps/v2']);
  assert.deepEqual(ownersOf(after), ['b apps/v2 f:number', 'a apps/v1 f:text']);
});

test('owners are forgotten where their version cannot be had', async () => {
  const { scope, refuse } = askedScope();
  const gone = objectOf({ text: 'old' });
  await trackInTurns(objectOf({ text: 'old' }, [entry('x', 'apps/v7', ['text'])]), gone, {
    scope,
    manager: 'a',
  });
  assert.deepEqual(ownersOf(gone), []);
  refuse(new StatusError(500, undefined, 'not now'));
  const after = objectOf({ text: 'old' });
  await trackInTurns(objectOf({ text: 'old' }, entries), after, { scope, manager: 'a' });
  assert.deepEqual(ownersOf(after), []);
});

test('an application meets owners in other versions, and fails with the words of who converts', async () => {
  const { scope, asked, refuse } = askedScope();
  const application = {
    scope,
    manager: 'x',
    force: false,
    decode: (value: JsonObject) => value as KubeObject,
  };
  const apply = () =>
    applyConfiguration(
      objectOf({ text: 'old', number: 1 }, [entry('b', 'apps/v2', ['words'])]),
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'a' }, spec: { text: 'new' } },
      application,
    );
  await assert.rejects(apply(), {
    message: 'Apply failed with 1 conflict: conflict with "b" using apps/v2: .spec.words',
  });
  assert.deepEqual(asked, ['1 to apps/v2', '1 to apps/v2'], 'the live object, and what becomes of it');
  refuse(new StatusError(500, undefined, 'not now'));
  await assert.rejects(apply(), { message: 'not now' });
});
