import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import type { JsonObject } from '../../json/json-value.ts';
import { DecodeError } from '../../registry/resource-types/object-codec.ts';
import { dropNulls } from './defaults.ts';
import { coerceObjects, conformMetadata } from './embedded-object.ts';
import { pruneObject } from './prune.ts';
import type { SchemaNode } from './schema-node.ts';

/** How an object is brought into the form that its schema asks for. */
export interface ConformOptions {
  /** Answer with the paths of fields that are not known: for `fieldValidation` Strict and Warn. */
  collectUnknown?: boolean;
  /**
   * `spec.preserveUnknownFields` of the definition: nothing is pruned, and nulls stay where they are.
   * Metadata is read all the same.
   */
  preserveUnknown?: boolean;
  /**
   * The object was stored: metadata of other types than they have are left out instead of refused, and an
   * object without a generation is of the first.
   */
  stored?: boolean;
  /** Metadata of other types than they have are left out instead of refused. Default: `stored`. */
  dropInvalid?: boolean;
}

/**
 * What a decoder does to a custom object beside parsing it, in the object itself: metadata as Go's type holds
 * it, unknown fields pruned, nulls dropped that may not be, metadata of embedded objects like that of the
 * object. Answers with the unknown fields, those of metadata first. Throws DecodeError in kube-apiserver's
 * words (apiextensions-apiserver: `unstructuredSchemaCoercer`).
 */
export function conformObject(
  object: JsonObject,
  node: SchemaNode | undefined,
  options: ConformOptions = {},
): readonly string[] {
  const { collectUnknown = false, preserveUnknown = false, stored = false, dropInvalid = stored } = options;
  const unknown: string[] = [];
  const report = collectUnknown ? { unknown: (path: string) => void unknown.push(path) } : {};
  const metadata = metadataOf(object, { dropInvalid, ...report });
  if (!preserveUnknown) {
    unknown.push(...pruneObject(object, node, { collectUnknown }));
    dropNulls(object, node);
  }
  const embedded: string[] = [];
  const [wrong] = coerceObjects(object, node, '', {
    dropInvalid,
    ...(collectUnknown ? { unknown: (path: string) => void embedded.push(path) } : {}),
  });
  if (wrong !== undefined) throw new DecodeError(`${wrong.field}: ${wrong.message}`);
  if (metadata !== undefined) {
    if (stored && !metadata['generation']) metadata['generation'] = 1;
    object['metadata'] = metadata;
  }
  return [...unknown, ...embedded.sort()];
}

function metadataOf(
  object: JsonObject,
  options: Parameters<typeof conformMetadata>[2],
): JsonObject | undefined {
  if (!Object.hasOwn(object, 'metadata')) return undefined;
  const { metadata } = object;
  try {
    return conformMetadata(metadata, 'metadata', options);
  } catch (error) {
    throw error instanceof ConformError ? new DecodeError(error.message) : error;
  }
}
