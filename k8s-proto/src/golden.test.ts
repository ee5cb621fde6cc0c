/** Every kind's published serialization pair (`k8s-proto/facts`) converts both ways. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeMessage, encodeMessage } from './codec/codec.ts';
import { conform } from './conform/conform.ts';
import { decodeObject, encodeObject } from './stored-object.ts';
import { unwrapEnvelope, wrapEnvelope } from './envelope.ts';
import type { KubeObject } from './object.ts';
import { kindOf } from './scheme.ts';
import { factsFolder } from './testing/facts-folder.ts';

const folder = join(factsFolder(), 'golden');
const watchEvent = 'k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent';

interface Pair {
  name: string;
  object: KubeObject;
  bytes: Buffer;
}

function pairs(): Pair[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      object: JSON.parse(readFileSync(join(folder, file), 'utf8')) as KubeObject,
      bytes: readFileSync(join(folder, file.replace(/\.json$/, '.pb'))),
    }));
}

test('the published pairs convert both ways, byte for byte and field for field', () => {
  const all = pairs();
  assert.ok(all.length >= 185, `only ${all.length} pairs`);
  for (const { name, object, bytes } of all) {
    if (name === 'core.v1.WatchEvent') {
      // The only one that doesn't carry its own kind.
      assert.deepEqual(wrapEnvelope('', '', encodeMessage(watchEvent, object)), bytes, name);
      assert.deepEqual(decodeMessage(watchEvent, unwrapEnvelope(bytes).raw), object, name);
      continue;
    }
    const decoded = decodeObject(bytes);
    assert.deepEqual(decoded, object, name);
    assert.equal(JSON.stringify(decoded), JSON.stringify(object), `${name}: order of fields`);
    assert.ok(encodeObject(object).equals(bytes), `${name}: bytes`);
  }
});

test('the published objects are in normal form already', () => {
  for (const { name, object } of pairs()) {
    const info = kindOf(object.apiVersion, object.kind);
    if (info === undefined) {
      assert.equal(name, 'core.v1.WatchEvent');
      continue;
    }
    const { object: conformed, unknownFields } = conform(object, info.message, 'report');
    assert.deepEqual(unknownFields, [], name);
    assert.equal(JSON.stringify(conformed), JSON.stringify(object), name);
  }
});
