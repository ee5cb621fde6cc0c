import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { goValue } from '../../json/go-print.ts';
import { column, nameColumn, tableOf, type Column } from '../../registry/table/column.ts';
import type { TableColumn, TableConvertor } from '../../registry/rest.ts';
import type { DefinitionVersion } from '../definition.ts';

type PrinterColumn = NonNullable<DefinitionVersion['additionalPrinterColumns']>[number];

const born: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/**
 * The columns of a version, or the age where it names none (apiextensions-apiserver:
 * `registry/customresource/tableconvertor`).
 */
export function customTable({ additionalPrinterColumns: columns = [] }: DefinitionVersion): TableConvertor {
  return tableOf<KubeObject>([nameColumn(), ...(columns.length === 0 ? [born] : columns).map(printed)]);
}

function printed({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column<KubeObject> {
  const path = jsonPath.replace(/^\./, '').split('.');
  return column(name, (object, nowMs) => cellOf(type, valueAt(object, path), nowMs), {
    type: type as TableColumn['type'],
    format: format ?? '',
    priority: priority ?? 0,
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
  });
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The value as a cell of a column of that type; null: it is not of the type, or not there. */
function cellOf(type: string, value: unknown, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
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
      return typeof value === 'string' ? value : goValue(value);
  }
}

function ageOf(text: string, nowMs: number): string {
  if (text === '' || text === 'null') return '<unknown>';
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(at) ? '<invalid>' : humanDuration(nowMs - at);
}
