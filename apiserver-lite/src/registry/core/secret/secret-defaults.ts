import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import { child, existing, fillText, type Fields } from '../../fields/fill.ts';

/**
 * What was written as text becomes data; it is never read back as text (Kubernetes:
 * `core/v1.Secret.stringData`).
 */
export function defaultSecret(object: Fields): void {
  fillText(object, { type: 'Opaque' });
  const texts = existing(object, 'stringData');
  delete object.stringData;
  if (texts === undefined || Object.keys(texts).length === 0) return;
  const data = child(object, 'data');
  for (const [key, text] of Object.entries(texts)) {
    setJsonField(data, key, Buffer.from(String(text)).toString('base64'));
  }
}
