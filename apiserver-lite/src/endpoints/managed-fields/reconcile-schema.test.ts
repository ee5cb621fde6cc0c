import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedFieldsEntry } from '@pg8s/k8s-proto/object';
import {
  atomicPlan,
  type FieldPlan,
  type StructPlan,
  type TypePlan,
} from '../../registry/resource-types/type-plan.ts';
import type { Version } from '../../registry/resource-types/versions.ts';
import { reconcileEntry } from './reconcile-schema.ts';

/* The expectations are what kube-apiserver 1.36.3 makes of entries after a definition changed. */

function structOf(plans: Record<string, TypePlan>): StructPlan {
  const fields = Object.entries(plans).map(([name, plan]): FieldPlan => ({
    name,
    element: `f:${name}`,
    plan,
    zero: undefined,
    dropsEmpty: false,
  }));
  return { kind: 'struct', fields, byName: new Map(fields.map((field) => [field.name, field])) };
}

const scalar: TypePlan = { kind: 'leaf' };
const plan = structOf({
  spec: structOf({
    whole: atomicPlan,
    text: scalar,
    map: { kind: 'map', value: atomicPlan },
    items: { kind: 'keyed', keys: ['name'], defaults: {}, element: structOf({ ports: atomicPlan }) },
  }),
});

const entry = (fields: object): ManagedFieldsEntry => ({
  manager: 'm',
  operation: 'Update',
  apiVersion: 'v1',
  fieldsV1: { 'f:spec': fields as Record<string, unknown> },
});
const reconciled = (fields: object) =>
  (reconcileEntry({ plan } as Version, entry(fields)).fieldsV1 as Record<string, unknown>)['f:spec'];

test('who owned something in what is a whole now owns it all', () => {
  assert.deepEqual(reconciled({ 'f:whole': { 'f:a': {}, 'f:b': { 'f:c': {} } } }), { 'f:whole': {} });
  assert.deepEqual(reconciled({ 'f:whole': { '.': {}, 'k:{"name":"a"}': { '.': {} } } }), { 'f:whole': {} });
  assert.deepEqual(reconciled({ '.': {}, 'f:map': { 'f:a': { 'f:b': {} }, 'f:c': {} } }), {
    '.': {},
    'f:map': { 'f:a': {}, 'f:c': {} },
  });
  const item = 'k:{"name":"a"}';
  assert.deepEqual(reconciled({ 'f:items': { [item]: { '.': {}, 'f:ports': { 'f:x': {} } } } }), {
    'f:items': { [item]: { '.': {}, 'f:ports': {} } },
  });
});

test('everything else stays as it is', () => {
  const unchanged = entry({
    'f:whole': {},
    'f:text': { 'f:odd': {} },
    'f:unknown': { 'f:a': {} },
    'f:items': { '.': {}, 'k:{"name":"a"}': { 'f:ports': {} } },
  });
  assert.equal(reconcileEntry({ plan } as Version, unchanged), unchanged);
});
