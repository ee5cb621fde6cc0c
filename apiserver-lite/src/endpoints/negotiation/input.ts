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
  const accepted = protobuf
    ? mediaTypes
    : mediaTypes.filter((type) => type !== 'application/vnd.kubernetes.protobuf');
  const found = accepted.find((type) => type === essence);
  if (found === undefined) throw unsupportedMediaType(accepted);
  return found;
}
