import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestOp, TxnRequest } from '../../etcdserverpb/types.ts';
import { checkDeleteRange, checkPut, checkRange, checkTxn } from './check-request.ts';
import { requestErrors } from '../etcd-errors.ts';
import { checkPutSize, checkTxnSize } from './request-size.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const put = (key: string): RequestOp => ({ requestPut: { key: bytes(key) } });
const del = (key: string, end = ''): RequestOp => ({
  requestDeleteRange: { key: bytes(key), rangeEnd: bytes(end) },
});
const get = (key: string): RequestOp => ({ requestRange: { key: bytes(key) } });
const txn = (success: RequestOp[], failure: RequestOp[] = []): RequestOp => ({
  requestTxn: { success, failure },
});

function refuses(name: keyof typeof requestErrors, check: () => void): void {
  const [code, message] = requestErrors[name];
  assert.throws(check, { name: 'EtcdError', code, message });
}

test('a range needs a key and a sort option that exists', () => {
  refuses('emptyKey', () => checkRange({ key: bytes('') }));
  refuses('invalidSortOption', () => checkRange({ key: bytes('a'), sortOrder: '9' as 'NONE' }));
  refuses('invalidSortOption', () => checkRange({ key: bytes('a'), sortTarget: '5' as 'KEY' }));
  checkRange({ key: bytes('a'), sortOrder: 'DESCEND', sortTarget: 'VALUE' });
});

test('a put needs a key, and no value or lease when those are to be kept', () => {
  refuses('emptyKey', () => checkPut({ key: bytes('') }));
  refuses('valueProvided', () => checkPut({ key: bytes('a'), value: bytes('v'), ignoreValue: true }));
  refuses('leaseProvided', () => checkPut({ key: bytes('a'), lease: 7n, ignoreLease: true }));
  checkPut({ key: bytes('a'), value: bytes(''), ignoreValue: true, lease: 0n, ignoreLease: true });
  refuses('emptyKey', () => checkDeleteRange({ key: bytes(''), rangeEnd: bytes('b') }));
});

test('operations are checked inside transactions, in either branch and at any depth', () => {
  refuses('emptyKey', () => checkTxn({ compare: [{ key: bytes('') }] }, 128));
  refuses('emptyKey', () => checkTxn({ failure: [put('')] }, 128));
  refuses('emptyKey', () => checkTxn({ success: [txn([txn([], [get('')])])] }, 128));
  refuses('emptyOperation', () => checkTxn({ success: [{} as RequestOp] }, 128));
});

test('the longest list counts, and what it leaves is for the transactions inside', () => {
  const gets = (count: number): RequestOp[] => Array.from({ length: count }, () => get('a'));
  checkTxn({ success: gets(128), failure: gets(128) }, 128);
  refuses('tooManyOperations', () => checkTxn({ success: gets(129) }, 128));
  refuses('tooManyOperations', () => checkTxn({ compare: gets(129).map(() => ({ key: bytes('a') })) }, 128));
  checkTxn({ success: [...gets(2), txn(gets(125))] }, 128);
  refuses('tooManyOperations', () => checkTxn({ success: [...gets(2), txn(gets(126))] }, 128));
});

test('keys written twice', () => {
  const cases: [fine: boolean, request: TxnRequest][] = [
    [false, { success: [put('a'), put('a')] }],
    [false, { failure: [put('a'), put('a')] }],
    [true, { success: [put('a')], failure: [put('a')] }],
    [false, { success: [del('a'), put('a')] }],
    [false, { success: [put('a'), del('a')] }],
    [false, { success: [del('a', 'c'), put('b')] }],
    [true, { success: [del('a', 'c'), put('c')] }],
    [true, { success: [del('a', 'c'), put('B')] }],
    [true, { success: [del('a', 'c'), del('b')] }],
    [true, { success: [del('c', 'a'), put('b')] }],
    // etcd takes this end for a key.
    [true, { success: [del('a', '\0'), put('b')] }],
    [true, { success: [del('c', '\0'), put('b')] }],
    [true, { success: [txn([put('a')], [put('a')])] }],
    [false, { success: [txn([put('a')]), txn([put('a')])] }],
    [false, { success: [txn([], [put('a')]), txn([put('a')])] }],
    [false, { success: [txn([put('a')]), put('a')] }],
    [false, { success: [put('a'), txn([], [put('a')])] }],
    [false, { success: [del('a'), txn([put('a')])] }],
    [false, { success: [txn([put('a')]), del('a')] }],
    [false, { success: [txn([del('a', 'c')]), put('b')] }],
    [false, { success: [txn([], [del('a', 'c')]), txn([put('b')])] }],
    [true, { success: [txn([put('b')]), txn([del('a', 'c')])] }],
    [true, { success: [txn([put('b')], [del('a', 'c')])] }],
    [false, { success: [txn([txn([put('a')]), put('a')])] }],
    [true, { success: [get('a'), put('a'), get('a')] }],
    // Overlapping and touching ranges, found by binary search over their union.
    [false, { success: [del('a', 'c'), del('b', 'f'), del('f', 'h'), del('x', 'z'), put('g')] }],
    [true, { success: [del('a', 'c'), del('b', 'f'), del('f', 'h'), del('x', 'z'), put('i'), put('z')] }],
  ];
  for (const [index, [fine, request]] of cases.entries()) {
    if (fine) assert.doesNotThrow(() => checkTxn(request, 128), `case ${index}`);
    else refuses('duplicateKey', () => checkTxn(request, 128));
  }
});

test('bytes are compared as bytes', () => {
  const high: RequestOp = { requestPut: { key: Uint8Array.of(0xff) } };
  checkTxn(
    { success: [{ requestDeleteRange: { key: Uint8Array.of(0x7f), rangeEnd: Uint8Array.of(0xfe) } }, high] },
    128,
  );
  const all: RequestOp = {
    requestDeleteRange: { key: Uint8Array.of(0x7f), rangeEnd: Uint8Array.of(0xff, 0) },
  };
  refuses('duplicateKey', () => checkTxn({ success: [all, high] }, 128));
});

test('writes are limited in size, reads are not', () => {
  const limit = 1000;
  checkPutSize({ key: bytes('k'), value: Buffer.alloc(900) }, limit);
  refuses('requestTooLarge', () => checkPutSize({ key: bytes('k'), value: Buffer.alloc(1000) }, limit));
  const large = bytes('k'.repeat(400));
  const range: RequestOp = { requestRange: { key: large, rangeEnd: large } };
  checkTxnSize({ success: [range, range], failure: [{ requestTxn: { success: [range] } }] }, limit);
  refuses('requestTooLarge', () => checkTxnSize({ success: [range, range, put('a')] }, limit));
});
