import { unsupportedMediaType } from '../../api-errors/status-error.ts';
import { mediaTypes, type MediaType } from './media-types.ts';

/**
 * The form of the request's body by its Content-Type; none means JSON. Throws 415, also for protobuf where
 * there is none.
 */
export function negotiateInput(
  contentType: string | undefined,
  { protobuf = true }: { protobuf?: boolean } = {},
): MediaType {
  if (contentType === undefined || contentType === '') return 'application/json';
  const essence = contentType.split(';', 1)[0]!.trim().toLowerCase();
  const found = mediaTypes.find((type) => type === essence);
  // kube-apiserver has it among the types of the message all the same.
  const isRefused = found === 'application/vnd.kubernetes.protobuf' && !protobuf;
  if (found === undefined || isRefused) throw unsupportedMediaType(mediaTypes);
  return found;
}
