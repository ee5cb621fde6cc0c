import { isEnvelope, unwrapEnvelope, type Envelope } from '@pg8s/k8s-proto/envelope';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { parseJsonStrict, type StrictJson } from '@pg8s/k8s-proto/conform/parse-json-strict';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/scheme';
import type { RequestContext } from '../../server/request-context.ts';
import { badRequest } from '../../server/status-error.ts';
import { parseYaml } from '../encoding/yaml.ts';
import { negotiateInput } from '../negotiation/input.ts';
import { DecodeError, type ObjectCodec } from '../object-codec.ts';
import type { FieldValidation } from '../options/write-options.ts';
import { isJsonObject, jsonTypeName } from '../patch/json-value.ts';

/** A body, and what it is to become. */
export interface DecodeOptions {
  body: Uint8Array;
  /** The kind that the endpoint takes. */
  expected: GroupVersionKind;
  codec: ObjectCodec;
  fieldValidation: FieldValidation;
}

/**
 * The object in a request's body, conformed to the schema but without defaults. Unknown and duplicate fields warn or
 * fail as `fieldValidation` says. Throws 400 and 415 (Kubernetes: `endpoints/handlers/create.go`, `rest.go`).
 */
export function decodeObject(context: RequestContext, options: DecodeOptions): KubeObject {
  const { body, expected, codec, fieldValidation } = options;
  const mediaType = negotiateInput(context.request.headers['content-type']);
  if (mediaType === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(options);

  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const strict = fieldValidation !== 'Ignore';
  const yaml = mediaType === 'application/yaml';
  const read: ReadBody = yaml
    ? readYaml(source, options)
    : { yamlDuplicates: [], ...readJson(source, options) };
  const { value, duplicates, yamlDuplicates } = read;
  const actual = kindOfValue(value, options);
  ensureKind(actual, options);
  try {
    const decoded = codec.decode({
      value,
      ...(duplicates === undefined ? {} : { json: { text: source, duplicates } }),
      gvk: expected,
      strict,
    });
    const strictErrors = [...yamlErrors(yamlDuplicates, fieldValidation), ...decoded.strictErrors];
    reportStrictErrors(context, strictErrors, {
      fieldValidation,
      fail: (message) => cannotHandle(actual, expected, message),
    });
    return decoded.object;
  } catch (error) {
    if (error instanceof DecodeError) throw cannotHandle(actual, expected, error.message);
    throw error;
  }
}

/** What to do about fields that the schema does not know. */
export interface StrictErrorPolicy {
  fieldValidation: FieldValidation;
  /** Makes the error of `Strict`. */
  fail: (message: string) => Error;
}

/** Warns about, or refuses, fields that the schema doesn't know. */
export function reportStrictErrors(
  context: RequestContext,
  strictErrors: readonly string[],
  { fieldValidation, fail }: StrictErrorPolicy,
): void {
  if (strictErrors.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Strict') throw fail(`strict decoding error: ${strictErrors.join(', ')}`);
  for (const error of strictErrors) context.warn(error);
}

function cannotHandle(actual: GroupVersionKind, expected: GroupVersionKind, why: string): Error {
  return badRequest(
    `${actual.kind} in version ${JSON.stringify(actual.version)} cannot be handled as a ${expected.kind}: ${why}`,
  );
}

function unrecognized({ body, expected }: DecodeOptions, why: string): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summary(body)})`,
  );
}

/** The first 30 bytes: text where it looks like JSON, else hexadecimal. */
function summary(body: Uint8Array): string {
  if (body.byteLength === 0) return '<empty>';
  const start = Buffer.from(body.subarray(0, 30));
  return `${start.toString(body[0] === 0x7b ? 'utf8' : 'hex')}${body.byteLength > 30 ? ' ...' : ''}`;
}

function readJson(source: string, options: DecodeOptions): StrictJson {
  try {
    return parseJsonStrict(source);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    throw unrecognized(options, `couldn't get version/kind; json parse error: ${error.message}`);
  }
}

interface ReadBody {
  value: unknown;
  /** Of JSON, where the codec finds their place in the object. */
  duplicates?: StrictJson['duplicates'];
  yamlDuplicates: readonly string[];
}

function readYaml(source: string, options: DecodeOptions): ReadBody {
  try {
    const { value, duplicates } = parseYaml(source);
    return { value: value ?? {}, yamlDuplicates: duplicates };
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw unrecognized(options, `error converting YAML to JSON: yaml: ${line}`);
  }
}

/** Warnings come one by one, the error of `Strict` is the YAML library's. */
function yamlErrors(duplicates: readonly string[], fieldValidation: FieldValidation): readonly string[] {
  if (duplicates.length === 0 || fieldValidation !== 'Strict') return duplicates;
  return [`yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`];
}

const typeMetaStruct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What the body says it is; what it leaves out is what the endpoint takes. */
function kindOfValue(value: unknown, options: DecodeOptions): GroupVersionKind {
  const failed = (why: string) =>
    unrecognized(options, `couldn't get version/kind; json parse error: ${why}`);
  if (value === null) return options.expected;
  if (!isJsonObject(value)) {
    throw failed(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type ${typeMetaStruct}`);
  }
  const { kind = '', apiVersion = '' } = value as { kind?: unknown; apiVersion?: unknown };
  for (const [field, content] of [
    ['kind', kind],
    ['apiVersion', apiVersion],
  ] as const) {
    if (typeof content !== 'string' && content !== null) {
      throw failed(
        `json: cannot unmarshal ${jsonTypeName(content)} into Go struct field .${field} of type string`,
      );
    }
  }
  const wanted = options.expected;
  const groupVersion =
    apiVersion === '' || apiVersion === null ? wanted : groupVersionOf(apiVersion as string);
  return {
    group: groupVersion.group,
    version: groupVersion.version,
    kind: kind === '' || kind === null ? wanted.kind : (kind as string),
  };
}

/** Refuses what the endpoint doesn't take. Throws 400. */
export function ensureKind(
  actual: GroupVersionKind,
  { expected, codec }: Pick<DecodeOptions, 'expected' | 'codec'>,
): void {
  const same = actual.group === expected.group && actual.version === expected.version;
  if (same && actual.kind === expected.kind) return;
  const apiVersion = apiVersionOf(actual);
  if (!codec.knows(actual)) {
    throw cannotHandle(
      actual,
      expected,
      `no kind ${JSON.stringify(actual.kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  if (actual.kind !== expected.kind) {
    const from = `(${actual.version}.${actual.kind})`;
    const to = `(${internalPackage(expected.group)}.${expected.kind})`;
    throw cannotHandle(actual, expected, `converting ${from} to ${to}: unknown conversion`);
  }
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(expected)})`,
  );
}

/** Go's package of a group's internal types. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : group.split('.', 1)[0]!;
}

function decodeProtobuf(options: DecodeOptions): KubeObject {
  const { body, expected, codec } = options;
  if (!isEnvelope(body)) {
    const why = 'provided data does not appear to be a protobuf message';
    throw unrecognized(
      options,
      body.byteLength === 0 ? `${why}: empty data` : `${why}, expected prefix [107 56 115 0]`,
    );
  }
  let opened: Envelope;
  try {
    opened = unwrapEnvelope(body);
  } catch (error) {
    throw unrecognized(options, (error as Error).message);
  }
  const { group, version } = opened.apiVersion === '' ? expected : groupVersionOf(opened.apiVersion);
  const actual = { group, version, kind: opened.kind === '' ? expected.kind : opened.kind };
  ensureKind(actual, options);
  try {
    return codec.decodeProtobuf(opened.raw, expected);
  } catch (error) {
    throw cannotHandle(actual, expected, (error as Error).message);
  }
}
