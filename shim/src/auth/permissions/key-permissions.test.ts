import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../mvcc/testing/random.ts';
import { toKeyRange } from '../../mvcc/index/key-range.ts';
import type { Permission } from '../auth-state.ts';
import { isValidPermission, KeyPermissions } from './key-permissions.ts';

const range = (key: string, end = ''): ReturnType<typeof toKeyRange> =>
  toKeyRange(Buffer.from(key), Buffer.from(end));

function grant(type: Permission['type'], key: string, end = ''): Permission {
  return { type, key: Buffer.from(key), rangeEnd: Buffer.from(end) };
}

test('the example of the drawing', () => {
  const permissions = new KeyPermissions([
    grant('READ', 'x', '\0'),
    grant('READ', 'f'),
    grant('READ', 'a', 'c'),
    grant('READ', 'b', 'f'),
  ]);
  assert.ok(permissions.mayRead(range('a', 'f\0')));
  assert.ok(permissions.mayRead(range('f')));
  assert.ok(permissions.mayRead(range('y', '\0')));
  for (const refused of [
    range('a', 'f\u0001'),
    range('f\0'),
    range('a', '\0'),
    range('w', 'y'),
    range('A'),
  ]) {
    assert.equal(permissions.mayRead(refused), false);
  }
  assert.equal(permissions.mayWrite(range('a')), false);
});

test('any permissions cover what the parts of the key space say that they cover', () => {
  const random = new Random(Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 1_000_000));
  // Two parts for each letter: [a, a\1) and [a\1, b).
  const borders = [...'abcdefg'].flatMap((letter) => [letter, `${letter}\u0001`]);
  for (let round = 0; round < 1000; round++) {
    const covered = borders.map(() => false);
    const pick = (): [number, number] => {
      const from = random.below(borders.length - 1);
      return [from, from + 1 + random.below(borders.length - 1 - from)];
    };
    const permissions = Array.from({ length: random.below(6) }, () => {
      const [from, to] = pick();
      covered.fill(true, from, to);
      return grant('READWRITE', borders[from] as string, borders[to]);
    });
    const [from, to] = pick();
    const asked = range(borders[from] as string, borders[to]);
    const expected = covered.slice(from, to).every(Boolean);
    assert.equal(
      new KeyPermissions(permissions).mayWrite(asked),
      expected,
      `seed ${random.seed}, round ${round}`,
    );
  }
});

test('a permission is for some key', () => {
  assert.ok(isValidPermission(grant('READ', 'a')));
  assert.ok(isValidPermission(grant('READ', 'a', 'b')));
  assert.ok(isValidPermission(grant('READ', '\0', '\0')));
  assert.equal(isValidPermission(grant('READ', '')), false);
  assert.equal(isValidPermission(grant('READ', 'b', 'a')), false);
  assert.equal(isValidPermission(grant('READ', 'a', 'a')), false);
});
