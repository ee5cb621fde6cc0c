/**
 * - truncated: the bytes end within a value
 * - malformed: bytes that no protobuf writer makes, or a wire type that the field doesn't have
 * - tooDeep: messages nested beyond what any real object needs
 * - badValue: a JSON value that the field can't hold
 * - unknownType: an apiVersion and kind, or a message, that isn't built in
 * - notKubernetes: the bytes don't begin with `k8s\0`
 * - unsupportedContent: an envelope around something that isn't plain protobuf
 */
export type CodecErrorCode =
  | 'truncated'
  | 'malformed'
  | 'tooDeep'
  | 'badValue'
  | 'unknownType'
  | 'notKubernetes'
  | 'unsupportedContent';

/** Why bytes can't be read, or an object can't be written. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: CodecErrorCode;

  constructor(code: CodecErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
