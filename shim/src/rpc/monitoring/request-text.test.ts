import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putText, rangeText, txnText } from './request-text.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const key = bytes('/registry/pods/default/a');

test("kube-apiserver's create and update", () => {
  const value = bytes('secret');
  assert.equal(
    txnText({
      compare: [{ target: 'MOD', key, modRevision: 0 }],
      success: [{ requestPut: { key, value, lease: 7n } }],
    }),
    'compare:<target:MOD key:"/registry/pods/default/a" mod_revision:0 > ' +
      'success:<request_put:<key:"/registry/pods/default/a" value_size:6 lease:7 >> failure:<>',
  );
  assert.equal(
    txnText({
      compare: [{ target: 'MOD', result: 'EQUAL', key, modRevision: 12 }],
      success: [{ requestPut: { key, value } }],
      failure: [{ requestRange: { key } }],
    }),
    'compare:<target:MOD key:"/registry/pods/default/a" mod_revision:12 > ' +
      'success:<request_put:<key:"/registry/pods/default/a" value_size:6 >> ' +
      'failure:<request_range:<key:"/registry/pods/default/a" >>',
  );
});

test('every operation, nested, and never a value', () => {
  const text = txnText({
    compare: [
      { target: 'VALUE', result: 'NOT_EQUAL', key, value: bytes('hidden'), rangeEnd: bytes('z') },
      { key },
      { target: 'LEASE', key, lease: -1n },
      { target: 'CREATE', key, createRevision: 3 },
    ],
    success: [{ requestTxn: { failure: [{ requestDeleteRange: { key: bytes('a'), prevKv: true } }] } }],
    failure: [{ requestPut: { key: bytes('a'), value: bytes('hidden') } }],
  });
  assert.match(text, /result:NOT_EQUAL target:VALUE key:"[^"]+" value_size:6 range_end:"z" /);
  assert.match(
    text,
    /version:0  target:LEASE key:"[^"]+" lease:-1  target:CREATE key:"[^"]+" create_revision:3 >/,
  );
  assert.match(
    text,
    /request_txn:<compare:<> success:<> failure:<request_delete_range:<key:"a" prev_kv:true >>>/,
  );
  assert.ok(!text.includes('hidden'));
});

test('bytes that are not text are escaped', () => {
  assert.equal(
    rangeText({ key: Buffer.from([0x61, 0x22, 0x5c, 0x00, 0xff, 0x0a]), limit: 500 }),
    'key:"a\\"\\\\\\000\\377\\012" limit:500 ',
  );
  assert.equal(putText({ key: bytes('k'), prevKv: true }), 'key:"k" prev_kv:true ');
});
