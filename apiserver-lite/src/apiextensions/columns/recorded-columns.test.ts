import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseJson, stringifyJson } from '@pg8s/k8s-proto/json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { customTable } from '../serving/custom-table.ts';
import type { DefinitionVersion } from '../definition.ts';

interface RecordedTable {
  columns: NonNullable<DefinitionVersion['additionalPrinterColumns']>;
  cells: unknown[];
}

// The object, then columns with the cells that a stock server shows of it.
const [first = '', ...lines] = readFileSync(new URL('recorded-columns.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

const thing = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'one', labels: { x: '1' } },
  ...(parseJson(first) as object),
} as KubeObject;

test('columns show what a stock server shows', () => {
  for (const line of lines) {
    const { columns, cells } = parseJson(line) as RecordedTable;
    const version = { additionalPrinterColumns: columns } as DefinitionVersion;
    const shown = customTable(version).cells(thing, 0);
    const named = (values: readonly unknown[]) =>
      values.map(
        (value, index) => `${columns[index]?.type} ${columns[index]?.jsonPath} ${stringifyJson(value)}`,
      );
    assert.deepEqual(named(shown.slice(1)), named(cells));
  }
});

test('a path of many descents has an end', () => {
  let inner: unknown = 'leaf';
  for (let depth = 0; depth < 500; depth++) inner = { a: inner, b: [inner] };
  const column = { name: 'x', type: 'string', jsonPath: '..a..b..a..b' };
  const version = { additionalPrinterColumns: [column] } as DefinitionVersion;
  assert.equal(customTable(version).cells({ ...thing, spec: inner } as KubeObject, 0)[1], null);
});
