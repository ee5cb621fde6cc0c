import { encodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { conform } from '@pg8s/k8s-proto/conform/conform';
import { wrapEnvelope } from '@pg8s/k8s-proto/envelope';
import { stringify } from 'yaml';
import type { AskedRequest } from '../asked-server.ts';
import { type Fields, withRepeatedKeys } from './mutate.ts';

/** How an object is written in a body. */
export type BodyForm = 'json' | 'yaml' | 'protobuf';

/** The body and its media type. What protobuf cannot say is sent as JSON. */
export function bodyIn(
  form: BodyForm,
  object: Fields,
  message: string,
): Required<Pick<AskedRequest, 'body' | 'headers'>> {
  if (form === 'protobuf') {
    const bytes = protobufOf(object, message);
    if (bytes !== undefined)
      return { body: bytes, headers: { 'content-type': 'application/vnd.kubernetes.protobuf' } };
  }
  return form === 'yaml'
    ? { body: withRepeatedKeys(stringify(object)), headers: { 'content-type': 'application/yaml' } }
    : { body: withRepeatedKeys(JSON.stringify(object)), headers: { 'content-type': 'application/json' } };
}

function protobufOf(object: Fields, message: string): Uint8Array | undefined {
  try {
    const { object: conformed } = conform(object, message, 'ignore');
    return wrapEnvelope(
      String(object['apiVersion']),
      String(object['kind']),
      encodeMessage(message, conformed),
    );
  } catch {
    return undefined;
  }
}
