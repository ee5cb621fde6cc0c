import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerCommand, withReferences } from './container-command.ts';

const image = { entrypoint: ['/agnhost'], command: ['pause'] };

test("a container runs the image's command where it has none", () => {
  assert.deepEqual(containerCommand({}, image, []), ['/agnhost', 'pause']);
});

test('arguments replace those of the image, a command replaces both', () => {
  assert.deepEqual(containerCommand({ args: ['webhook', '-v=4'] }, image, []), [
    '/agnhost',
    'webhook',
    '-v=4',
  ]);
  assert.deepEqual(containerCommand({ command: ['/agnhost', 'porter'] }, image, []), ['/agnhost', 'porter']);
  assert.deepEqual(containerCommand({ command: ['a'], args: ['b'] }, image, []), ['a', 'b']);
});

test('references to variables are replaced where there are such', () => {
  const values = new Map([['A', 'x']]);
  assert.equal(withReferences('$(A)-$(B)-$$(A)-$A-$', values), 'x-$(B)-$(A)-$A-$');
  assert.deepEqual(containerCommand({ args: ['$(A)'] }, image, [['A', 'x']]), ['/agnhost', 'x']);
});
