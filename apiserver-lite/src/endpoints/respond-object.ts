import { goJson } from '@pg8s/k8s-proto/go-json';
import { wrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { parseJson } from '@pg8s/k8s-proto/json';
import type { RequestContext } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';
import { badRequest, StatusError } from '../api-errors/status-error.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import type { ListPage } from '../storage/storage.ts';
import { jsonItem, jsonPieces, typeHead } from './encoding/json.ts';
import {
  metaApiVersion,
  type PartialForm,
  partialItem,
  partialMessage,
} from './encoding/partial-metadata.ts';
import { listMessage, protobufItem, type ListMeta } from './encoding/protobuf.ts';
import { listMetaJson, tableJson, type IncludeObject, type TableOptions } from './encoding/table.ts';
import { toYaml } from './encoding/yaml.ts';
import type { Rest } from '../registry/rest.ts';
import {
  negotiateOutput,
  type MetaVersion,
  type OutputConstraints,
  type OutputFormat,
  type Transform,
} from './negotiation/output.ts';
import { wantsPretty } from './negotiation/pretty.ts';
import type { ResourceScope } from './resource-scope.ts';
import { writeObject } from './write-response.ts';

/** How the client wants objects of a resource. Throws 406. */
export function negotiateResource(
  { request, requestInfo }: RequestContext,
  { codec, rest }: ResourceScope,
): OutputFormat {
  const isCollection = request.method === 'GET' && requestInfo.name === '';
  return negotiateOutput(request.headers.accept, {
    transforms: transformsOf(rest),
    ...(rest.isCustom === true ? {} : { route: isCollection ? 'collection' : 'object' }),
    protobuf: codec.protobuf,
  });
}

/** In which other forms objects of an endpoint can be had. */
export function transformsOf({ table }: Rest): OutputConstraints['transforms'] {
  return table === undefined ? 'metadata' : 'all';
}

/** One object to answer with, in the form that was negotiated. */
export interface ObjectAnswer {
  code: number;
  object: CachedObject;
  format: OutputFormat;
}

/** Answers with one object in the wanted form. */
export function respondObject(
  context: RequestContext,
  scope: ResourceScope,
  { code, object, format }: ObjectAnswer,
): Promise<void> {
  const { mediaType, transform } = format;
  if (transform === undefined) return writeObject(context, { code, object, mediaType, codec: scope.codec });
  switch (transform.kind) {
    case 'Table': {
      const meta = { resourceVersion: object.object.metadata.resourceVersion ?? '', continue: '' };
      return sendJsonPieces(
        context,
        code,
        format,
        tableJson([object], meta, tableOptions(context, scope, transform)),
      );
    }
    case 'PartialObjectMetadata':
      if (mediaType === 'application/vnd.kubernetes.protobuf') {
        const raw = partialMessage(object, scope.codec, scope.rest.internalAnnotations);
        context.audit?.responseObject(() => textOf([partialItem(object, partialForm(scope, transform))]));
        return sendBody(context, {
          code,
          contentType: mediaType,
          body: wrapEnvelope(metaApiVersion(transform.version), 'PartialObjectMetadata', raw),
        });
      }
      return sendJsonPieces(context, code, format, [partialItem(object, partialForm(scope, transform))]);
    case 'PartialObjectMetadataList':
      if (scope.codec.unstructured === true) throw new StatusError(500, undefined, 'content is not a list');
      throw plainNotAcceptable(
        'you requested PartialObjectMetadataList, but the requested object is not a list',
        scope,
      );
  }
}

/** Answers with a page of objects, put together from their cached bytes. */
export async function respondList(
  context: RequestContext,
  scope: ResourceScope,
  page: ListPage,
  format: OutputFormat,
): Promise<void> {
  await context.room();
  const { mediaType, transform } = format;
  if (transform?.kind === 'PartialObjectMetadata') {
    throw plainNotAcceptable(
      'you requested PartialObjectMetadata, but the requested object is a list',
      scope,
    );
  }
  const meta: ListMeta = {
    resourceVersion: page.resourceVersion,
    continue: page.continueToken,
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  };
  if (mediaType === 'application/vnd.kubernetes.protobuf') {
    context.audit?.responseObject(() => textOf(jsonList(context, scope, { page, meta, transform })));
    return sendBody(context, {
      code: 200,
      contentType: mediaType,
      body: protobufList(scope, page, meta, transform),
    });
  }
  return sendJsonPieces(context, 200, format, jsonList(context, scope, { page, meta, transform }));
}

interface ListInput {
  page: ListPage;
  meta: ListMeta;
  transform: Transform | undefined;
}

const comma = Buffer.from(',');
const closeItems = Buffer.from(']}');
/** A metadata list is made item by item in kube-apiserver: without items it is a nil slice. */
const nullItems = 'null}';

function jsonList(
  context: RequestContext,
  scope: ResourceScope,
  { page, meta, transform }: ListInput,
): Uint8Array[] {
  switch (transform?.kind) {
    case 'Table':
      return tableJson(page.items, meta, tableOptions(context, scope, transform));
    case 'PartialObjectMetadataList': {
      const { version } = transform;
      const head = typeHead('PartialObjectMetadataList', metaApiVersion(version));
      if (page.items.length === 0) return [Buffer.from(`${listHead(head, meta)}${nullItems}`)];
      return itemList(head, meta, {
        items: page.items,
        encode: (item) => partialItem(item, partialForm(scope, transform)),
      });
    }
    case undefined:
    case 'PartialObjectMetadata':
      if (scope.codec.unstructured === true) return sortedList(scope, page.items, meta);
      return itemList(typeHead(scope.listKind, scope.apiVersion), meta, {
        items: page.items,
        encode: jsonItem,
      });
  }
}

/** A list of objects without a type has its own fields sorted, too, and a token even where there is none. */
function sortedList(
  { apiVersion, listKind, codec }: ResourceScope,
  items: readonly CachedObject[],
  meta: ListMeta,
): Uint8Array[] {
  const pieces: Uint8Array[] = [Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},"items":[`)];
  items.forEach((item, index) => {
    if (index > 0) pieces.push(comma);
    pieces.push(...jsonPieces(item, codec));
  });
  const metadata = {
    continue: meta.continue,
    ...(meta.remainingItemCount === undefined ? {} : { remainingItemCount: meta.remainingItemCount }),
    resourceVersion: meta.resourceVersion,
  };
  pieces.push(Buffer.from(`],"kind":${JSON.stringify(listKind)},"metadata":${goJson(metadata)}}`));
  return pieces;
}

function partialForm({ rest }: ResourceScope, { version }: { version: MetaVersion }): PartialForm {
  return { version, internalAnnotations: rest.internalAnnotations };
}

function listHead(typed: string, meta: ListMeta): string {
  return `${typed}"metadata":${listMetaJson(meta)},"items":`;
}

function itemList(
  head: string,
  meta: ListMeta,
  { items, encode }: { items: readonly CachedObject[]; encode: (item: CachedObject) => Uint8Array },
): Uint8Array[] {
  const pieces: Uint8Array[] = [Buffer.from(`${listHead(head, meta)}[`)];
  items.forEach((item, index) => {
    if (index > 0) pieces.push(comma);
    pieces.push(encode(item));
  });
  pieces.push(closeItems);
  return pieces;
}

function protobufList(
  { codec, listKind, apiVersion, rest }: ResourceScope,
  { items }: ListPage,
  meta: ListMeta,
  transform: Transform | undefined,
): Uint8Array {
  if (transform === undefined) {
    const messages = items.map((item) => protobufItem(item, codec));
    return wrapEnvelope(apiVersion, listKind, listMessage(meta, messages));
  }
  const partial = items.map((item) => partialMessage(item, codec, rest.internalAnnotations));
  return wrapEnvelope(
    metaApiVersion(transform.version),
    'PartialObjectMetadataList',
    listMessage(meta, partial),
  );
}

const newline = Buffer.from('\n');

function textOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString();
}

function sendJsonPieces(
  context: RequestContext,
  code: number,
  { mediaType }: OutputFormat,
  pieces: readonly Uint8Array[],
): Promise<void> {
  context.audit?.responseObject(() => textOf(pieces));
  let body: Uint8Array;
  if (mediaType === 'application/json' && !wantsPretty(context)) {
    body = Buffer.concat([...pieces, newline]);
  } else {
    const value = parseJson(Buffer.concat(pieces).toString());
    body = Buffer.from(mediaType === 'application/yaml' ? toYaml(value) : goJson(value, 2));
  }
  return sendBody(context, { code, contentType: mediaType, body });
}

/** The options of a Table answer from the query. Throws 400. */
export function tableOptions(
  { url }: RequestContext,
  scope: ResourceScope,
  transform: { version: MetaVersion },
): TableOptions {
  const { table } = scope.rest;
  if (table === undefined) throw new Error('a Table was negotiated for an endpoint that has none');
  const includeObject = url.searchParams.get('includeObject') ?? '';
  if (includeObject !== '' && !['None', 'Metadata', 'Object'].includes(includeObject)) {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${goJson(includeObject)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  }
  return {
    ...partialForm(scope, transform),
    includeObject: includeObject === '' ? 'Metadata' : (includeObject as IncludeObject),
    convertor: table,
    form: scope.codec,
    nowMs: scope.environment.now(),
    headers: true,
  };
}

function plainNotAcceptable(message: string, { gvk, listKind, codec, rest }: ResourceScope): StatusError {
  if (codec.unstructured === true) {
    return new StatusError(406, 'NotAcceptable', `${message} (*unstructured.UnstructuredList)`);
  }
  // The Scale of a custom object is of the published type already.
  if (rest.isCustom === true) return new StatusError(406, 'NotAcceptable', `${message} (*v1.${gvk.kind})`);
  const type = message.endsWith('is a list') ? listKind : gvk.kind;
  // The package of the internal types of a group.
  const group = gvk.group === '' || gvk.group === 'events.k8s.io' ? 'core' : gvk.group.split('.', 1)[0]!;
  return new StatusError(406, 'NotAcceptable', `${message} (*${group}.${type})`);
}
