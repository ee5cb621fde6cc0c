import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTokenFile } from './token-file.ts';

test('finds users by their tokens', () => {
  const lookup = parseTokenFile(
    ['# tokens', 'secret-1,jane,42,"dev,ops"', 'secret-2,"O""Hara",,', ' secret-3 , bob , 7', ''].join('\n'),
  );
  assert.deepEqual(lookup('secret-1'), { name: 'jane', uid: '42', groups: ['dev', 'ops'] });
  assert.deepEqual(lookup('secret-2'), { name: 'O"Hara', groups: [] });
  assert.deepEqual(lookup('secret-3'), { name: 'bob', uid: '7', groups: [] });
  assert.equal(lookup('secret'), undefined);
});

test('says which line cannot be read', () => {
  assert.throws(() => parseTokenFile('a,b,c\ntoken,user'), /line 2/);
  assert.throws(() => parseTokenFile('a,b,c,"open'), /line 1/);
});
