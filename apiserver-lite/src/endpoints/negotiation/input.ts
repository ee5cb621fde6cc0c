import { unsupportedMediaType } from '../../api-errors/status-error.ts';
import { mediaTypes, type MediaType } from './media-types.ts';

/** The form of the request's body by its Content-Type; none means JSON. Throws 415. */
export function negotiateInput(contentType: string | undefined): MediaType {
  if (contentType === undefined || contentType === '') return 'application/json';
  const essence = contentType.split(';', 1)[0]!.trim().toLowerCase();
  const found = mediaTypes.find((type) => type === essence);
  if (found === undefined) throw unsupportedMediaType(mediaTypes);
  return found;
}
