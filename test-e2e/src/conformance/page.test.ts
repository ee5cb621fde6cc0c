import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { markdownTable, replaceSection, writeSection } from './page.ts';

const page = [
  '# Page',
  '<!-- begin one: written by a run -->',
  'old',
  '<!-- end one -->',
  'between',
  '<!-- begin one-more: written by a run -->',
  'kept',
  '<!-- end one-more -->',
  '',
].join('\n');

test('a section is replaced, and all else stays', () => {
  const replaced = replaceSection(page, 'one', 'new $& text\n');
  assert.equal(
    replaced,
    page.replace('\nold\n', () => '\n\nnew $& text\n\n'),
  );
  assert.equal(replaceSection(replaced, 'one', 'new $& text'), replaced);
});

test('a section that is not there, or twice, or not closed is an error', () => {
  for (const wrong of [
    page.replaceAll('one', 'two'),
    page + page,
    page.replace('<!-- end one -->', ''),
    page.replace('<!-- begin one: written by a run -->', ''),
  ])
    assert.throws(() => replaceSection(wrong, 'one', ''), /not exactly one section "one"/);
});

test('a table escapes the bars of cells', () => {
  assert.equal(markdownTable(['a', 'b'], [['x|y', 1]]), '| a | b |\n| --- | --- |\n| x\\|y | 1 |');
});

test('a section is written into a file', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-page-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'page.md');
  await writeFile(path, page);
  await writeSection('one-more', 'new', path);
  assert.equal(await readFile(path, 'utf8'), replaceSection(page, 'one-more', 'new'));
  assert.deepEqual(await readdir(folder), ['page.md']);
});
