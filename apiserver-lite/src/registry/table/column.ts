import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { TableColumn, TableConvertor } from '../rest.ts';

/** One column: its definition, and its cell in the row of an object. */
export interface Column<T> extends TableColumn {
  cell(object: T, nowMs: number): unknown;
}

interface ColumnOptions {
  type?: TableColumn['type'];
  format?: string;
  /** 1: only with `-o wide`. */
  priority?: number;
  description?: string;
}

/** A string column unless `options` say otherwise. */
export function column<T>(
  name: string,
  cell: (object: T, nowMs: number) => unknown,
  options: ColumnOptions = {},
): Column<T> {
  const { type = 'string', format = '', priority = 0, description = `${name} of the object.` } = options;
  return { name, type, format, description, priority, cell };
}

/** How long ago a time was: `5m`; `<unknown>` where there is none. */
export function age(time: unknown, nowMs: number): string {
  const at = time instanceof Date ? time.getTime() : Date.parse(String(time ?? ''));
  return Number.isNaN(at) ? '<unknown>' : humanDuration(nowMs - at);
}

/** The first column of every table; objects that `isDefault` are marked. */
export function nameColumn<T>(isDefault: (object: T) => boolean = () => false): Column<T> {
  return column<T>(
    'Name',
    (object) => `${(object as KubeObject).metadata.name ?? ''}${isDefault(object) ? ' (default)' : ''}`,
    { format: 'name', description: 'Name of the object, unique within its namespace.' },
  );
}

/** How old the object is. */
export function ageColumn<T>(): Column<T> {
  return column<T>('Age', (object, nowMs) => age((object as KubeObject).metadata.creationTimestamp, nowMs), {
    description: 'Time since the object was created.',
  });
}

/** The first so many of a list, and how many more there are. */
export function shortList(all: readonly string[], shown = 3, separator = ','): string {
  const text = all.slice(0, shown).join(separator);
  return all.length > shown ? `${text} + ${all.length - shown} more...` : text;
}

/**
 * The convertor that these columns make; `T` is the kind's shape. Lists are printed in the order of
 * `compare`.
 */
export function tableOf<T>(
  columns: readonly Column<T>[],
  compare?: (left: T, right: T) => number,
): TableConvertor {
  return {
    ...(compare === undefined
      ? {}
      : {
          compare: (left: KubeObject, right: KubeObject) =>
            compare(left as unknown as T, right as unknown as T),
        }),
    columns: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    cells: (object, nowMs) => columns.map(({ cell }) => cell(object as unknown as T, nowMs)),
  };
}
