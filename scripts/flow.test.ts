import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const document = resolve(import.meta.dirname, '../docs/flow.md');

/** Each step names at least one function or class, and the file after it must declare it. */
const step = /`(\w+)`(?:(?!`\w+`).)*?\]\(([^)]+\.ts)\)/g;

test('every step of docs/flow.md is where the document says', async () => {
  const lines = (await readFile(document, 'utf8')).split('\n').filter((line) => /^\d+\. /.test(line));
  assert.ok(lines.length >= 35, `${lines.length} steps`);
  for (const line of lines) {
    const named = [...line.matchAll(step)];
    assert.ok(named.length > 0, `no link in: ${line}`);
    const links = [...line.matchAll(/\]\(([^)]+\.ts)\)/g)];
    assert.equal(named.length, links.length, `a link without a name in: ${line}`);
    for (const [, name = '', link = ''] of named) {
      const source = await readFile(join(dirname(document), link), 'utf8');
      const declared = new RegExp(`export (?:async )?(?:function\\*?|class|const|interface) ${name}\\b`);
      assert.match(source, declared, `${link} has no ${name}`);
    }
  }
});
