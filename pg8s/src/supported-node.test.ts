import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupportedNode } from './supported-node.ts';

test('an older Node than package.json allows is refused in one line', () => {
  const line = (running: string) => `pg8s needs Node 22.23.2 or later, this is ${running}`;
  for (const running of ['18.20.8', '20.20.2', '22.0.0', '22.9.0', '22.23.1']) {
    assert.equal(unsupportedNode(running), line(running));
  }
  for (const running of ['22.23.2', '22.23.10', '22.100.0', '24.0.0', '26.10.0', '100.0.0']) {
    assert.equal(unsupportedNode(running), undefined);
  }
});
