import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusError } from '../api-errors/status-error.ts';
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts';

describe('a continue token', () => {
  test('is the one that kube-apiserver writes', () => {
    const token = encodeContinueToken({ revision: 1045, start: 'default/web\0' });
    assert.equal(
      Buffer.from(token, 'base64url').toString(),
      '{"v":"meta.k8s.io/v1","rv":1045,"start":"default/web\\u0000"}',
    );
    assert.deepEqual(decodeContinueToken(token), { revision: 1045, start: 'default/web\0' });
  });

  test('keeps keys of any bytes', () => {
    const start = Buffer.from('système\0').toString('latin1');
    assert.deepEqual(decodeContinueToken(encodeContinueToken({ revision: -1, start })), {
      revision: -1,
      start,
    });
  });

  test('is refused where it is none, or leaves its list', () => {
    const tokens = [
      'x',
      'bnVsbA',
      Buffer.from('{"v":"meta.k8s.io/v2","rv":1,"start":"a"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":""}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../secrets/x"}').toString('base64url'),
      Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"a//b"}').toString('base64url'),
    ];
    for (const token of tokens) {
      assert.throws(
        () => decodeContinueToken(token),
        (error) => error instanceof StatusError && error.status.code === 400,
        token,
      );
    }
  });

  test('names the byte that begins no JSON by the character of its number', () => {
    assert.throws(() => decodeContinueToken('nope'), {
      message: String.raw`invalid continue token: continue key is not valid: invalid character '\u009e' looking for beginning of value`,
    });
  });

  test('names the byte that is no base64url without padding, as Go counts', () => {
    const bytes: [string, number][] = [
      ['abc=', 3],
      ['a+b/', 1],
      ['%', 0],
      ['YQ==', 2],
      ['a', 0],
      ['abcde', 4],
      ['Y Q', 1],
    ];
    for (const [token, byte] of bytes) {
      assert.throws(() => decodeContinueToken(token), {
        message: `invalid continue token: continue key is not valid: illegal base64 data at input byte ${byte}`,
      });
    }
  });
});
