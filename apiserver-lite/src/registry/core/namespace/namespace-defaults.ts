import { type Fields, child, fillText } from '../../fields/fill.ts';

export function defaultNamespace(object: Fields): void {
  const metadata = child(object, 'metadata');
  const { name } = metadata;
  if (name) child(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  fillText(child(object, 'status'), { phase: 'Active' });
}
