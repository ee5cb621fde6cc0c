import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutPassword } from './without-password.ts';

test('no form of a URL shows its password', () => {
  for (const [given, shown] of [
    ['postgres://u:secret@db:5433/x?a=b', 'postgres://u:***@db:5433/x?a=b'],
    ['postgres://db/x?password=secret', 'postgres://db/x?password=***'],
    ['postgres://u:secret@one:1,two:2/x?password=secret', 'postgres://u:***@one:1,two:2/x'],
    ['postgres://u:secr@et@one:1,two:2/x', 'the given URL'],
    ['host=db password=secret', 'the given URL'],
  ] as const)
    assert.equal(withoutPassword(given), shown);
});
