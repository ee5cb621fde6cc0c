import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeObject, encodeObject } from './stored-object.ts';
import { goJson, goMapJson } from './go-json.ts';
import { parseJson, stringifyJson } from './json.ts';

const text = '{"small":1,"long":[9223372036854775807,{"low":-9223372036854775808}]}';
type Patched = { toJSON?: unknown };

test('integers beyond 2^53 are read and written without loss', () => {
  const value = parseJson(text);
  assert.deepEqual(value, { small: 1, long: [9223372036854775807n, { low: -9223372036854775808n }] });
  assert.equal(stringifyJson(value), text);
  assert.equal(goJson(value), text);
  assert.equal(goMapJson(value), '{"long":[9223372036854775807,{"low":-9223372036854775808}],"small":1}');
  assert.equal(stringifyJson({ long: 2n ** 60n }, 2), '{\n  "long": 1152921504606846976\n}');
  assert.equal(stringifyJson(2n ** 60n), '1152921504606846976');
  assert.equal(stringifyJson(undefined), undefined);
});

test('the prototype of BigInt is left alone', () => {
  const object = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', generation: (2n ** 60n) as unknown as number },
    spec: { template: {} },
  };
  const decoded = decodeObject(encodeObject(object));
  assert.match(stringifyJson(decoded) ?? '', /"generation":1152921504606846976/);
  assert.equal('toJSON' in BigInt.prototype, false);
  assert.throws(() => JSON.stringify({ long: 1n }), TypeError);
});

test('a toJSON that a program gave to BigInt changes nothing', () => {
  const prototype = BigInt.prototype as Patched;
  // oxlint-disable-next-line no-extend-native -- As programs do that pg8s may run in.
  prototype.toJSON = function toJSON(this: bigint) {
    return `${this}n`;
  };
  try {
    assert.equal(stringifyJson(parseJson(text)), text);
    assert.equal(stringifyJson(5n), '5');
  } finally {
    delete prototype.toJSON;
  }
});

test('what cannot be written is refused as by JSON.stringify', () => {
  const circle: Record<string, unknown> = { long: 1n };
  circle['self'] = circle;
  assert.throws(() => stringifyJson(circle), TypeError);
});
