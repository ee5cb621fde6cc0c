import { type Fields, child, fillText } from '../../fields/fill.ts';

/** Fills the defaults of a Namespace (Kubernetes: `apis/core/v1/defaults.go`). */
export function defaultNamespace(object: Fields): void {
  const metadata = child(object, 'metadata');
  const { name } = metadata;
  if (name) child(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  fillText(child(object, 'status'), { phase: 'Active' });
}
