import { humanDuration } from '@pg8s/k8s-proto/duration';
import { goMapJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { goValue } from '../../json/go-print.ts';
import { column, nameColumn, tableOf, type Column } from '../../registry/table/column.ts';
import type { TableColumn, TableConvertor } from '../../registry/rest.ts';
import { findByPath } from '../columns/find-by-path.ts';
import { parseJsonPath, type JsonPath } from '../columns/parse-json-path.ts';
import type { DefinitionVersion } from '../definition.ts';

type PrinterColumn = NonNullable<DefinitionVersion['additionalPrinterColumns']>[number];

const born: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/**
 * The columns of a version, or the age where it names none (apiextensions-apiserver:
 * `registry/customresource/tableconvertor`).
 */
export function customTable({ additionalPrinterColumns: columns = [] }: DefinitionVersion): TableConvertor {
  const printed: Column<KubeObject>[] = [];
  for (const each of columns.length === 0 ? [born] : columns) {
    const path = parseJsonPath(each.jsonPath);
    // Neither this one nor those after it are shown.
    if (path === undefined) break;
    printed.push(printedColumn(each, path));
  }
  return tableOf<KubeObject>([nameColumn(), ...printed]);
}

function printedColumn(
  { name, type, format, description, priority, jsonPath }: PrinterColumn,
  path: JsonPath,
): Column<KubeObject> {
  return column(name, (object, nowMs) => cellOf(type, findByPath(object, path), nowMs), {
    type: type as TableColumn['type'],
    format: format ?? '',
    priority: priority ?? 0,
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
  });
}

/** The first of the values as a cell of a column of that type; null: it is not of the type, or not there. */
function cellOf(type: string, values: readonly unknown[] | undefined, nowMs: number): unknown {
  if (values === undefined || values.length === 0) return null;
  const [value] = values;
  if (type === 'string') return textOf(value);
  if (value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'bigint' ? value : typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? ageOf(value, nowMs) : null;
    default:
      return null;
  }
}

function textOf(value: unknown): string {
  if (value === null) return '<no value>';
  return typeof value === 'object' ? goMapJson(value) : goValue(value);
}

function ageOf(text: string, nowMs: number): string {
  if (text === '' || text === 'null') return '<unknown>';
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(at) ? '<invalid>' : humanDuration(nowMs - at);
}
