import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KeyLayout, keyBytes, keyText, readableKey } from './key-layout.ts';

const pods = new KeyLayout('/registry', 'pods', true);
const nodes = new KeyLayout('/registry/', 'minions', false);

describe('keys', () => {
  test('of namespaced and of cluster-scoped objects', () => {
    assert.equal(pods.objectKey({ namespace: 'default', name: 'web' }), '/registry/pods/default/web');
    assert.equal(nodes.objectKey({ namespace: '', name: 'node-1' }), '/registry/minions/node-1');
    assert.equal(nodes.objectKey({ namespace: 'ignored', name: 'node-1' }), '/registry/minions/node-1');
  });

  test('are found by ranges that hold nothing else', () => {
    assert.deepEqual(pods.range({ namespace: '' }), { low: '/registry/pods/', high: '/registry/pods0' });
    assert.deepEqual(pods.range({ namespace: 'default' }), {
      low: '/registry/pods/default/',
      high: '/registry/pods/default0',
    });
    const one = { low: '/registry/pods/default/web', high: '/registry/pods/default/web\0' };
    assert.deepEqual(pods.range({ namespace: 'default', name: 'web' }), one);
    // A name alone is no key where objects live in namespaces.
    assert.equal(pods.range({ namespace: '', name: 'web' }).low, '/registry/pods/');
    assert.equal(nodes.range({ namespace: '', name: 'n' }).low, '/registry/minions/n');
  });

  test('know their namespace', () => {
    assert.equal(pods.namespacePrefix('/registry/pods/default/web'), '/registry/pods/default/');
    assert.equal(nodes.namespacePrefix('/registry/minions/n'), '/registry/minions/');
  });

  test('refuse what would lead elsewhere', () => {
    const cases: [string, RegExp][] = [
      ['', /^StatusError: Name parameter required\.$/],
      ['..', /may not be '\.\.'/],
      ['a/b', /may not contain '\/'/],
      ['50%', /may not contain '%'/],
    ];
    for (const [name, message] of cases) {
      assert.throws(() => pods.objectKey({ namespace: 'default', name }), message);
    }
    assert.throws(() => pods.objectKey({ namespace: '', name: 'web' }), /Namespace parameter required/);
    assert.throws(() => pods.range({ namespace: '../secrets' }), /Namespace parameter invalid/);
  });

  test('are texts of bytes', () => {
    const key = nodes.objectKey({ namespace: '', name: 'é' });
    assert.equal(Buffer.from(keyBytes(key)).toString('utf8'), '/registry/minions/é');
    assert.equal(keyText(keyBytes(key)), key);
    assert.equal(readableKey(key), '/registry/minions/é');
  });
});
