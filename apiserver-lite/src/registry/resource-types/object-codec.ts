import type { DuplicateKey } from '@pg8s/k8s-proto/conform/parse-json-strict';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupVersionKind } from '@pg8s/k8s-proto/scheme';

/** An object as Go's types would hold it, and what the client sent beside. */
export interface Decoded {
  object: KubeObject;
  /** `unknown field "spec.foo"`, `duplicate field "spec.replicas"`; only with `strict`. */
  strictErrors: readonly string[];
}

/** A parsed body, and the kind that it is to become. */
export interface DecodeInput {
  /** The value as it was parsed; it stays as it is. */
  value: unknown;
  /** The text that it came from, and the fields that stand twice in it: what parsing hides. */
  json?: { text: string; duplicates: readonly DuplicateKey[] };
  gvk: GroupVersionKind;
  strict: boolean;
  /** The value is the result of a strategic merge, which kube-apiserver does not read as JSON. */
  unstructured?: boolean;
}

/**
 * Turns bodies into objects of a known kind and back (Kubernetes: `runtime.Serializer`). Values that don't
 * fit a field are DecodeErrors in the words of Go's decoder.
 */
export interface ObjectCodec {
  /**
   * Whether objects have a protobuf form; if not, bodies in it are refused (415), and answers in it cannot be
   * had (406).
   */
  readonly protobuf: boolean;
  /**
   * Objects have no type: their fields are written in the order of their names, and what they say they are is
   * checked with the object instead of before it (Kubernetes: `unstructured.Unstructured`).
   */
  readonly unstructured?: true;
  /** Whether the kind is registered at all. */
  knows(gvk: GroupVersionKind): boolean;
  decode(input: DecodeInput): Decoded;
  /**
   * Of objects without a type: an object that admission changed in the form of its schema again, without
   * fields that are not known and without metadata of other types. It may say that it is of another kind
   * (apiextensions-apiserver: `schemaCoercingConverter`).
   */
  coerce?(object: KubeObject): KubeObject;
  /** From the message's bytes, without the envelope. */
  decodeProtobuf(raw: Uint8Array, gvk: GroupVersionKind): KubeObject;
  encodeProtobuf(object: KubeObject): Uint8Array;
}

/** A body that can't become the object; `message` is what Go's decoder would say. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
