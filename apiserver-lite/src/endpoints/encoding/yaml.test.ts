import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from './yaml.ts';

test('of a stream the first document counts', () => {
  assert.deepEqual(parseYaml('a: 1\n---\nb: 2\n').value, { a: 1 });
  assert.deepEqual(parseYaml('---\na: 1\n---\n"unclosed').value, { a: 1 });
  assert.equal(parseYaml('').value, null);
  assert.equal(parseYaml('# nothing\n').value, null);
});

test('values are those of Go’s YAML: booleans and numbers of 1.1, times as text', () => {
  assert.deepEqual(parseYaml('a: yes\nb: 0o7\nc: 2026-01-01\nd: 1:30\ne: ~\nf: 017').value, {
    a: true,
    b: '0o7',
    c: '2026-01-01',
    d: '1:30',
    e: null,
    f: 15,
  });
});

test('keys that stand twice are told with their line, the last one counts', () => {
  const { value, duplicates } = parseYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n');
  assert.deepEqual(value, { a: 3, b: { c: 2 } });
  assert.deepEqual(duplicates, ['line 4: key "c" already set in map', 'line 5: key "a" already set in map']);
});

test('what is no YAML throws', () => {
  for (const text of ['a: [1\n', '\ta: 1', 'a: b: c']) assert.throws(() => parseYaml(text), text);
});
