import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from './compatibility.ts';

test('the page about compatibility tells what is so now', async () => {
  await assert.doesNotReject(generate({ check: true }));
});
