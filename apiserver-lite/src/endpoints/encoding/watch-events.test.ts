import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { CachedObject } from '../../storage/cached-object.ts';
import type { WatchEvent } from '../../storage/storage.ts';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import { watchEventEncoder } from './watch-events.ts';

const event = (name: string, type: WatchEvent['type'] = 'ADDED'): WatchEvent => {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, resourceVersion: '7' } };
  return { type, object: new CachedObject(object as KubeObject, 7) };
};

const encoder = (sharedBy: object) =>
  watchEventEncoder({
    format: { mediaType: 'application/json' },
    codec: {} as ObjectCodec,
    kind: 'ConfigMap',
    apiVersion: 'v1',
    sharedBy,
    table: () => assert.fail('no table was asked for'),
  } as Parameters<typeof watchEventEncoder>[0]);

const text = (name: string, type = 'ADDED') =>
  `{"type":"${type}","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"${name}","resourceVersion":"7"}}}\n`;

test('a batch is encoded once for all watches of an endpoint, and others are not taken for it', () => {
  const endpoint = {};
  const [first, second, elsewhere] = [encoder(endpoint), encoder(endpoint), encoder({})];
  const [a, b] = [event('a'), event('b', 'DELETED')];
  const bytes = first.encode([a, b]);
  assert.equal(String(bytes), text('a') + text('b', 'DELETED'));
  const sizes: number[] = [];
  assert.equal(
    second.encode([a, b], (size) => sizes.push(size)),
    bytes,
  );
  assert.deepEqual(sizes, [text('a').length, text('b', 'DELETED').length]);
  assert.notEqual(elsewhere.encode([a, b]), bytes);
  assert.equal(String(second.encode([a])), text('a'));
  assert.equal(String(first.encode([b, a])), text('b', 'DELETED') + text('a'));
  assert.equal(String(first.encode([b])), text('b', 'DELETED'));
});
