import type { CodecError } from '@pg8s/k8s-proto/codec/codec-error';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { parseJsonStrict, type DuplicateKey } from '@pg8s/k8s-proto/conform/parse-json-strict';
import { isEnvelope, unwrapEnvelope, type Envelope } from '@pg8s/k8s-proto/envelope';
import { groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { readYaml } from '../encoding/read-yaml.ts';
import { YamlError } from '../encoding/yaml/yaml-error.ts';
import type { MediaType } from '../negotiation/media-types.ts';
import { isJsonObject, jsonTypeName } from '../../json/json-value.ts';
import { maxJsonKeys, tooManyKeys } from './map-budget.ts';

/** A body that is nothing at all; the message is what kube-apiserver's serializers say. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/** A body as it was written. */
export interface BodyValue {
  value: unknown;
  /**
   * Of JSON, the text and the keys that stand twice in it: where they are in the object is still to be found.
   */
  json?: { text: string; duplicates: readonly DuplicateKey[] };
  /** Of YAML, the keys that stand twice in a map: `line 4: key "a" already set in map`. */
  yamlDuplicates: readonly string[];
}

/** Reads JSON or YAML. Rejects with BodyErrors. */
export async function readValue(
  body: Uint8Array,
  mediaType: Exclude<MediaType, 'application/vnd.kubernetes.protobuf'>,
): Promise<BodyValue> {
  try {
    if (mediaType === 'application/yaml') {
      const { value, duplicates } = await readYaml(body);
      return { value, yamlDuplicates: duplicates };
    }
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    const { value, duplicates } = parseJsonStrict(text, maxJsonKeys);
    return { value, json: { text, duplicates }, yamlDuplicates: [] };
  } catch (error) {
    if (error instanceof YamlError) throw new BodyError(error.message);
    if (error instanceof ConformError && error.code === 'size') throw tooManyKeys(error);
    if (error instanceof ConformError) throw new BodyError(unreadableKind(error.message));
    throw error;
  }
}

function unreadableKind(why: string): string {
  return `couldn't get version/kind; json parse error: ${why}`;
}

const typeMetaStruct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What a body says it is; what it leaves out is what the endpoint takes. Throws BodyErrors. */
export function kindOfValue(value: unknown, wanted: GroupVersionKind): GroupVersionKind {
  if (value === null) return wanted;
  if (!isJsonObject(value)) {
    throw new BodyError(
      unreadableKind(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${typeMetaStruct}`),
    );
  }
  const textOf = (field: 'kind' | 'apiVersion'): string => {
    const content = Object.hasOwn(value, field) ? (value[field] ?? '') : '';
    if (typeof content === 'string') return content;
    throw new BodyError(
      unreadableKind(
        `json: cannot unmarshal ${jsonTypeName(content)} into Go struct field .${field} of type string`,
      ),
    );
  };
  const [kind, apiVersion] = [textOf('kind'), textOf('apiVersion')];
  const { group, version } = apiVersion === '' ? wanted : groupVersionOf(apiVersion);
  return { group, version, kind: kind === '' ? wanted.kind : kind };
}

/**
 * What an object without a type says it is; nothing is filled in. `text` is the body, for the error. Throws
 * BodyErrors where it says no kind, or a version that is none.
 */
export function ownKindOf(value: unknown, text: string): GroupVersionKind {
  const { group, version, kind } = kindOfValue(value ?? {}, { group: '', version: '', kind: '' });
  const apiVersion =
    isJsonObject(value) && typeof value['apiVersion'] === 'string' ? value['apiVersion'] : '';
  if (apiVersion.split('/').length > 2) throw new BodyError(`unexpected GroupVersion string: ${apiVersion}`);
  if (kind === '') {
    throw new BodyError(`Object 'Kind' is missing in '${text}'`);
  }
  return { group, version, kind };
}

/** Opens a protobuf body. Throws BodyErrors and CodecErrors. */
export function openEnvelope(body: Uint8Array): Envelope {
  if (isEnvelope(body)) {
    if (body.byteLength === 4) throw new BodyError('empty body');
    return unwrapEnvelope(body);
  }
  const why = 'provided data does not appear to be a protobuf message';
  throw new BodyError(
    body.byteLength === 0 ? `${why}: empty data` : `${why}, expected prefix [107 56 115 0]`,
  );
}

/** Why bytes are no message, as far as Go's words for it are known. */
export function protobufProblem({ code, message }: CodecError): string {
  return code === 'truncated' ? 'unexpected EOF' : message;
}
