/**
 * `docs/spec/*.md`: each numbered invariant names the tests that hold it, as `path.test.ts`, or
 * `path.test.ts`: the beginning of a test's name…, and of another… This checks that they all exist.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'docs/spec');
/** Where paths begin. */
const bases = ['shim/src', 'test-e2e/src', 'pg8s/src'];
/** What the pages call two files by. */
const shortNames: Readonly<Record<string, string>> = {
  'random-history': '`mvcc/testing/random-history.test.ts`; `postgres/history/random-history.pg.test.ts`',
};
const row = /^\| ([A-Z]\d+) \| .* \| (.*) \|$/;

const missing: string[] = [];
let invariants = 0;
let names = 0;
for (const page of (await readdir(folder)).filter((name) => name.endsWith('.md'))) {
  for (const line of (await readFile(join(folder, page), 'utf8')).split('\n')) {
    const [, invariant, heldBy = ''] = row.exec(line) ?? [];
    if (invariant === undefined) continue;
    invariants++;
    const found = await check(`${page} ${invariant}`, expand(heldBy));
    if (found === 0) missing.push(`${page} ${invariant} names no test`);
    names += found;
  }
}
if (invariants === 0) missing.push('no invariants were found: the pages have another form now');
for (const line of missing) console.error(line);
console.log(`${invariants} invariants, held by ${names} names of tests`);
if (missing.length > 0) process.exitCode = 1;

function expand(text: string): string {
  return Object.entries(shortNames).reduce(
    (all, [name, files]) => all.replace(new RegExp(`^${name}|(?<=; )${name}`), files),
    text,
  );
}

/** How many tests are named; those that are not there are noted. */
async function check(where: string, heldBy: string): Promise<number> {
  let found = 0;
  for (const part of heldBy.split('; ')) {
    const [, file, titles = ''] = /^`([^`]+\.test\.ts)`(?:: (.*))?/.exec(part) ?? [];
    if (file === undefined) continue;
    const text = await readTest(file);
    if (text === undefined) {
      missing.push(`${where}: there is no ${file}`);
      continue;
    }
    found++;
    for (const [, title = ''] of titles.matchAll(/(?:^|, )([^…,]+)…/g)) {
      found++;
      if (!["'", '`', '"'].some((quote) => text.includes(`${quote}${title}`)))
        missing.push(`${where}: no test of ${file} begins with “${title}”`);
    }
  }
  return found;
}

async function readTest(file: string): Promise<string | undefined> {
  for (const base of bases) {
    const text = await readFile(join(root, base, file), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
