import { goJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../http/request-context.ts';
import type { Status } from '../api-errors/status-error.ts';
import { sendBody, type StatusEncoder } from '../http/respond.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import { jsonDocument, prettyJson } from './encoding/json.ts';
import { protobufDocument, protobufValue } from './encoding/protobuf.ts';
import { toYaml } from './encoding/yaml.ts';
import { metaCodec } from '../registry/resource-types/meta-codec.ts';
import { negotiateOutput, type OutputFormat } from './negotiation/output.ts';
import type { MediaType } from './negotiation/media-types.ts';
import { wantsPretty } from './negotiation/pretty.ts';
import type { ObjectCodec } from '../registry/resource-types/object-codec.ts';

/**
 * The Status of a failure in the form that the client asked for. Where that can't be had it is JSON,
 * indented; also where the client asked for a Table, which there is none of a Status (Kubernetes:
 * `responsewriters.WriteRawJSON`).
 */
export const encodeStatus: StatusEncoder = (context, status) => {
  const object = status as unknown as KubeObject;
  let format: OutputFormat;
  try {
    format = negotiateOutput(context.request.headers.accept, { transforms: 'none' });
  } catch {
    return { contentType: 'application/json', body: Buffer.from(goJson(object, 2)) };
  }
  const { mediaType } = format;
  return { contentType: mediaType, body: encodeValue(context, object, mediaType) };
};

/**
 * Answers with an object that is in no cache: a review, a Status of success; a Status stays one where a Table
 * was asked for.
 */
export function writeValue(
  context: RequestContext,
  { code, object, mediaType }: { code: number; object: KubeObject; mediaType: MediaType },
): Promise<void> {
  const { audit } = context;
  if (audit !== undefined) {
    if (object.kind === 'Status') audit.respondsStatus(object as unknown as Partial<Status>);
    audit.responseObject(() => goJson(object));
  }
  return sendBody(context, { code, contentType: mediaType, body: encodeValue(context, object, mediaType) });
}

/** The bytes of an object that is in no cache, in a media type, indented for people. */
export function encodeValue(context: RequestContext, object: KubeObject, mediaType: MediaType): Uint8Array {
  switch (mediaType) {
    case 'application/json':
      return Buffer.from(wantsPretty(context) ? goJson(object, 2) : `${goJson(object)}\n`);
    case 'application/yaml':
      return Buffer.from(toYaml(object));
    case 'application/vnd.kubernetes.protobuf':
      return protobufValue(object, metaCodec);
  }
}

/** One object to write, as it is. */
export interface ObjectResponse {
  code: number;
  object: CachedObject;
  mediaType: MediaType;
  codec: ObjectCodec;
}

/** Answers with an object as it is, from its cached bytes. */
export function writeObject(
  context: RequestContext,
  { code, object, mediaType, codec }: ObjectResponse,
): Promise<void> {
  context.audit?.responseObject(() => textOf(jsonDocument(object, codec)));
  let body: Uint8Array;
  switch (mediaType) {
    case 'application/json':
      body = wantsPretty(context) ? Buffer.from(prettyJson(object, codec)) : jsonDocument(object, codec);
      break;
    case 'application/yaml':
      body = Buffer.from(toYaml(object.object));
      break;
    case 'application/vnd.kubernetes.protobuf':
      body = protobufDocument(object, codec);
      break;
  }
  return sendBody(context, { code, contentType: mediaType, body });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
