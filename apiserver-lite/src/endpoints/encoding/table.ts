import { goJson } from '@pg8s/k8s-proto/go-json';
import type { TableConvertor } from '../../registry/rest.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import { jsonPieces, typeHead, type JsonForm } from './json.ts';
import { metaApiVersion, type PartialForm, partialItem } from './partial-metadata.ts';
import type { ListMeta } from './protobuf.ts';

/** How much of the object stands in each row (Kubernetes: `meta/v1.TableOptions`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** How a Table is printed. */
export interface TableOptions extends PartialForm {
  includeObject: IncludeObject;
  convertor: TableConvertor;
  /** Of whole objects in rows. */
  form: JsonForm;
  nowMs: number;
  /** Watches send the columns with the first event only. */
  headers: boolean;
  /** The object is a bookmark's. */
  bookmark?: boolean;
}

/** A Table of the objects, as JSON in pieces, without the closing newline. */
export function tableJson(
  objects: readonly CachedObject[],
  meta: ListMeta,
  options: TableOptions,
): Uint8Array[] {
  const columns =
    options.headers || options.convertor.alwaysTellsColumns ? columnDefinitions(options.convertor) : 'null';
  const head = typeHead('Table', metaApiVersion(options.version));
  const { convertor, bookmark } = options;
  const opening = `${head}"metadata":${listMetaJson(meta)},"columnDefinitions":${columns},"rows":`;
  if (objects.length === 0 && convertor.emptyRows === null) return [Buffer.from(`${opening}null}`)];
  const pieces: Uint8Array[] = [Buffer.from(`${opening}[`)];
  const { compare } = convertor;
  const sorted =
    compare === undefined ? objects : objects.toSorted((left, right) => compare(left.object, right.object));
  sorted.forEach((cached, index) => {
    const cells = goJson(cellsOf(cached, options));
    const conditions = bookmark === true ? undefined : convertor.conditions?.(cached.object);
    const reported = conditions === undefined ? '' : `"conditions":${goJson(conditions)},`;
    pieces.push(Buffer.from(`${index === 0 ? '' : ','}{"cells":${cells},${reported}"object":`));
    pieces.push(...rowObject(cached, options), close);
  });
  pieces.push(closeRows);
  return pieces;
}

/** Bookmarks are objects without a body: what a printer can't print of them is empty. */
function cellsOf({ object }: CachedObject, { bookmark, convertor, nowMs }: TableOptions): unknown[] {
  if (bookmark !== true) return convertor.cells(object, nowMs);
  try {
    return convertor.cells(object, nowMs);
  } catch {
    return convertor.columns.map(() => null);
  }
}

const close = Buffer.from('}');
const closeRows = Buffer.from(']}');
const nothing = Buffer.from('null');

const columnCache = new WeakMap<TableConvertor, string>();

function columnDefinitions(convertor: TableConvertor): string {
  let json = columnCache.get(convertor);
  if (json === undefined) {
    json = goJson(
      convertor.columns.map(({ name, type, format, description, priority }) => ({
        name,
        type,
        format,
        description,
        priority,
      })),
    );
    columnCache.set(convertor, json);
  }
  return json;
}

function rowObject(cached: CachedObject, options: TableOptions): Uint8Array[] {
  switch (options.includeObject) {
    case 'None':
      return [nothing];
    case 'Metadata':
      return [partialItem(cached, options)];
    case 'Object':
      return jsonPieces(cached, options.form);
  }
}

/** `{"resourceVersion":"5","continue":"…","remainingItemCount":3}`, less what is empty. */
export function listMetaJson(meta: ListMeta): string {
  return goJson({
    ...(meta.resourceVersion === '' ? {} : { resourceVersion: meta.resourceVersion }),
    ...(meta.continue === '' ? {} : { continue: meta.continue }),
    ...(meta.remainingItemCount === undefined ? {} : { remainingItemCount: meta.remainingItemCount }),
  });
}
