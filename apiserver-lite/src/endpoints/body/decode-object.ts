import { unknownConversion } from '../../registry/resource-types/unknown-conversion.ts';
import { CodecError } from '@pg8s/k8s-proto/codec/codec-error';
import type { Envelope } from '@pg8s/k8s-proto/envelope';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { RequestContext } from '../../http/request-context.ts';
import { beginTurn, breathe } from '../../http/breathe.ts';
import { badRequest } from '../../api-errors/status-error.ts';
import { negotiateInput } from '../negotiation/input.ts';
import { DecodeError, type ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import type { FieldValidation } from '../options/write-options.ts';
import { ensureMapBudget, unboundedBytes } from './map-budget.ts';
import {
  BodyError,
  kindOfValue,
  openEnvelope,
  ownKindOf,
  protobufProblem,
  readValue,
  type BodyValue,
} from './read-value.ts';

/** A body, and what it is to become. */
export interface DecodeOptions {
  body: Uint8Array;
  /** The kind that the endpoint takes. */
  expected: GroupVersionKind;
  /** Other versions of it that are taken, too. */
  acceptedVersions?: readonly string[];
  codec: ObjectCodec;
  fieldValidation: FieldValidation;
}

/**
 * The object in a request's body, conformed to the schema but without defaults. Unknown and duplicate fields
 * warn or fail as `fieldValidation` says. Throws 400 and 415 (Kubernetes: `endpoints/handlers/create.go`,
 * `rest.go`).
 */
export async function decodeObject(context: RequestContext, options: DecodeOptions): Promise<KubeObject> {
  const { body, expected, codec, fieldValidation } = options;
  const mediaType = negotiateInput(context.request.headers['content-type'], codec);
  beginTurn();
  if (mediaType === 'application/vnd.kubernetes.protobuf') {
    const decoded = decodeProtobuf(options);
    await breathe();
    if (body.byteLength > unboundedBytes) ensureMapBudget(decoded);
    return decoded;
  }

  const strict = fieldValidation !== 'Ignore';
  let read: BodyValue;
  let actual: GroupVersionKind;
  try {
    read = await readValue(body, mediaType);
    actual = kindOfValue(read.value, expected);
    await breathe();
  } catch (error) {
    throw error instanceof BodyError ? unrecognized(options, error.message) : error;
  }
  if (body.byteLength > unboundedBytes) {
    ensureMapBudget(read.value);
    await breathe();
  }
  if (codec.unstructured === true) {
    try {
      actual = ownKindOf(read.value, Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
    } catch (error) {
      throw error instanceof BodyError ? unrecognized(options, error.message) : error;
    }
  }
  try {
    if (codec.unstructured !== true) {
      ensureReadable(read.value, actual, options);
      ensureKind(actual, options);
    }
    const decoded = codec.decode({
      // null is an object of which nothing is said.
      value: read.value ?? {},
      ...(read.json === undefined ? {} : { json: read.json }),
      gvk: codec.unstructured === true ? actual : expected,
      strict,
    });
    const strictErrors = [...yamlErrors(read.yamlDuplicates, fieldValidation), ...decoded.strictErrors];
    await breathe();
    reportStrictErrors(context, strictErrors, {
      fieldValidation,
      fail: (message) => cannotHandle(actual, expected, message),
    });
    if (codec.unstructured === true) ensureVersion(actual, expected);
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

/** Warnings come one by one, the error of `Strict` is the YAML library's. */
function yamlErrors(duplicates: readonly string[], fieldValidation: FieldValidation): readonly string[] {
  if (duplicates.length === 0 || fieldValidation !== 'Strict') return duplicates;
  return [`yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`];
}

/** What another kind's object has wrong in it is said first. Throws DecodeErrors. */
export function ensureReadable(
  value: unknown,
  actual: GroupVersionKind,
  { expected, codec }: Pick<DecodeOptions, 'expected' | 'codec'>,
): void {
  if (actual.kind === expected.kind || !codec.knows(actual)) return;
  codec.decode({ value: value ?? {}, gvk: actual, strict: false });
}

/** Refuses what the endpoint doesn't take. Throws 400. */
export function ensureKind(
  actual: GroupVersionKind,
  { expected, codec, acceptedVersions = [] }: Pick<DecodeOptions, 'expected' | 'codec' | 'acceptedVersions'>,
): void {
  const same =
    actual.group === expected.group &&
    (actual.version === expected.version || acceptedVersions.includes(actual.version));
  if (same && actual.kind === expected.kind) return;
  if (!codec.knows(actual)) {
    throw cannotHandle(
      actual,
      expected,
      `no kind ${JSON.stringify(actual.kind)} is registered for version ${JSON.stringify(apiVersionOf(actual))} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  if (actual.kind !== expected.kind) {
    throw cannotHandle(actual, expected, unknownConversion(actual, expected));
  }
  throw otherVersion(actual, expected);
}

/** Refuses an object without a type that says it is of another version; its kind is checked later. */
function ensureVersion(actual: GroupVersionKind, expected: GroupVersionKind): void {
  if (apiVersionOf(actual) !== apiVersionOf(expected)) throw otherVersion(actual, expected);
}

function otherVersion(actual: GroupVersionKind, expected: GroupVersionKind): Error {
  return badRequest(
    `the API version in the data (${apiVersionOf(actual)}) does not match the expected API version (${apiVersionOf(expected)})`,
  );
}

function decodeProtobuf(options: DecodeOptions): KubeObject {
  const { body, expected, codec } = options;
  let opened: Envelope;
  try {
    opened = openEnvelope(body);
  } catch (error) {
    if (error instanceof CodecError) throw unrecognized(options, protobufProblem(error));
    throw error instanceof BodyError ? unrecognized(options, error.message) : error;
  }
  const { group, version } = opened.apiVersion === '' ? expected : groupVersionOf(opened.apiVersion);
  const actual = { group, version, kind: opened.kind === '' ? expected.kind : opened.kind };
  ensureKind(actual, options);
  try {
    return codec.decodeProtobuf(opened.raw, expected);
  } catch (error) {
    if (error instanceof DecodeError) throw cannotHandle(actual, expected, error.message);
    throw error instanceof CodecError ? cannotHandle(actual, expected, protobufProblem(error)) : error;
  }
}
