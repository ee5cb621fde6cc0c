import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from './read-yaml.ts';
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
    b: 7,
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

test('what is wrong is told in the words of kube-apiserver’s reader', () => {
  const cases: [string, string][] = [
    ['metadata: {name: x}\ndata: [\n', 'yaml: line 2: did not find expected node content'],
    ['a: b: c\n', 'yaml: mapping values are not allowed in this context'],
    ['a: [1\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['\ta: 1', 'yaml: found character that cannot start any token'],
    ['x: 1\n[a: b', "yaml: line 3: could not find expected ':'"],
    ['a: "\\q"', 'yaml: found unknown escape character'],
    ['a: 1\nb: *x', "yaml: unknown anchor 'x' referenced"],
    ['a: &x [*x]', "yaml: anchor 'x' value contains itself"],
    ['a: !!int x', 'yaml: cannot decode !!str `x` as a !!int'],
    ['{[a]: b}', 'yaml: invalid map key: []interface {}{"a"}'],
    ['{~: b}', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "b"'],
    ['a: .inf', 'json: unsupported value: +Inf'],
    ['a: \u0001', 'yaml: control characters are not allowed'],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parseYaml(text), { name: 'YamlError', message }, text);
});

test('tags, merges, folding and chomping', () => {
  const text = [
    'base: &base {x: 1, z: 2}',
    'merged: {<<: *base, z: 3}',
    'tags: [!!str 1, !!float 2, !!binary aGk=, !local z, ! 12]',
    'numbers: [0x1F, 017, 1_000, .5, 1e3, -0b11, 9223372036854775808, 08]',
    'folded: >-\n  a\n  b\n\n  c\n   d\n',
    'literal: |+\n  a\n\n',
    'quoted: "a \\\n  b\n  c\\u00e9"',
    '1: [yes, No, on, ~, 2001-01-01, 1:30]',
  ].join('\n');
  assert.deepEqual(parseYaml(text).value, {
    base: { x: 1, z: 2 },
    merged: { x: 1, z: 3 },
    tags: ['1', 2, 'hi', 'z', '12'],
    numbers: [31, 15, 1000, 0.5, 1000, -3, 9223372036854775808n, 8],
    folded: 'a b\nc\n d',
    literal: 'a\n\n\n',
    quoted: 'a b cé',
    1: [true, false, true, null, '2001-01-01', '1:30'],
  });
});

test('keys are names, whatever members objects have', () => {
  const { value } = parseYaml('__proto__: a\nconstructor: b\ntoString: c\n');
  assert.deepEqual(Object.entries(value as object), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ]);
});

test('aliases may not multiply a document', () => {
  const lists = [...'bcdefghij'].map(
    (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[index]}`).join(',')}]`,
  );
  const bombs = [
    `a: &a [${Array(10).fill('x').join(',')}]\n${lists.join('\n')}`,
    `a: &a ${'y'.repeat(100_000)}\nb: [${Array(1000).fill('*a').join(',')}]`,
  ];
  for (const text of bombs) assert.throws(() => parseYaml(text), /document contains excessive aliasing/);
});

test('a body is UTF-8, or UTF-16 that says so; what is large is read on another thread', async () => {
  const bytes = (...codes: number[]) => readYaml(Uint8Array.from(codes));
  await assert.rejects(bytes(0xc3, 0x28), { message: 'yaml: invalid trailing UTF-8 octet' });
  await assert.rejects(bytes(0x61, 0x80), { message: 'yaml: invalid leading UTF-8 octet' });
  await assert.rejects(bytes(0x61, 0xe2, 0x82), { message: 'yaml: incomplete UTF-8 octet sequence' });
  await assert.rejects(bytes(0xed, 0xa0, 0x80), { message: 'yaml: invalid Unicode character' });
  assert.deepEqual((await bytes(0xff, 0xfe, 0x61, 0x00)).value, 'a');

  const large = (line: (index: number) => string) =>
    readYaml(Buffer.from(Array.from({ length: 20_000 }, (_, index) => line(index)).join('\n')));
  const { value } = await large((index) => `k${index}: v`);
  assert.equal(Object.keys(value as object).length, 20_000);
  assert.equal((await large(() => 'n: 9007199254740993')).duplicates.length, 1000);
  await assert.rejects(
    large((index) => `k${index}: [`),
    { name: 'YamlError' },
  );
});

test('JSON is YAML', async () => {
  const read = async (text: string) => await readYaml(Buffer.from(text));
  assert.deepEqual(await read('{"a":1.0,"b":[]}'), { value: { a: 1, b: [] }, duplicates: [] });
  assert.deepEqual((await read('{"a":1,"a":2}')).duplicates, ['line 1: key "a" already set in map']);
  assert.deepEqual((await read('{a: 1}')).value, { a: 1 });
  await assert.rejects(read('{"a":"\\ud83d\\ude00"}'), /found invalid Unicode character escape code/);
});

test('the keys of maps are in the order of their bytes in UTF-8', async () => {
  const wanted = ['a', 'Ａ', '😀'];
  const keys = (value: unknown) => Object.keys(value as object);
  assert.deepEqual(keys(parseYaml('😀: 1\nＡ: 2\na: 3\n').value), wanted);
  const { value } = await readYaml(Buffer.from('{"x":[{"😀":1,"Ａ":2,"a":3}],"a":0}'));
  assert.deepEqual(keys(value), ['a', 'x']);
  assert.deepEqual(keys((value as { x: unknown[] }).x[0]), wanted);
});
