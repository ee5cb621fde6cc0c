import { goJson } from '@pg8s/k8s-proto/go-json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../server/request-context.ts';
import { sendBody, type StatusEncoder } from '../server/respond.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import { inGoOrder, jsonDocument } from './encoding/json.ts';
import { protobufDocument, protobufValue } from './encoding/protobuf.ts';
import { toYaml } from './encoding/yaml.ts';
import { kubernetesCodec } from './kubernetes-codec.ts';
import { negotiateOutput, type OutputFormat } from './negotiation/output.ts';
import type { MediaType } from './negotiation/media-types.ts';
import { wantsPretty } from './negotiation/pretty.ts';
import type { ObjectCodec } from './object-codec.ts';

/** The Status of a failure in the form that the client asked for; undefined, that is plain JSON, where it can't be had. */
export const encodeStatus: StatusEncoder = (context, status) => {
  let format: OutputFormat;
  try {
    format = negotiateOutput(context.request.headers.accept, { transforms: false });
  } catch {
    return undefined;
  }
  const { mediaType } = format;
  return { contentType: mediaType, body: encodeValue(context, status as unknown as KubeObject, mediaType) };
};

/** Answers with an object that is in no cache: discovery documents, reviews, a Status. Throws 406. */
export function writeValue(context: RequestContext, code: number, object: KubeObject): Promise<void> {
  const { mediaType } = negotiateOutput(context.request.headers.accept, { transforms: false });
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
      return protobufValue(object, kubernetesCodec);
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
  let body: Uint8Array;
  switch (mediaType) {
    case 'application/json':
      body = wantsPretty(context) ? Buffer.from(goJson(inGoOrder(object.object), 2)) : jsonDocument(object);
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
