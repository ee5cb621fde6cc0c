import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { typedAtomics } from '../../registry/resource-types/built-in/typed-atomics.ts';
import type { SchemaNode } from './schema-node.ts';

const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * The paths of all objects and lists of a document that are owned as wholes by the schema (Kubernetes:
 * `mutating/patch.findAtomics`).
 */
export function appliedAtomics(document: JsonObject, root: SchemaNode | undefined): readonly string[] {
  return root === undefined ? [] : ofObject(root, { value: document, path: '', isObject: true });
}

function ofObject(
  node: SchemaNode,
  { value, path, isObject }: { value: JsonObject; path: string; isObject: boolean },
): string[] {
  const own = node.schema['x-kubernetes-map-type'] === 'atomic' ? [path] : [];
  const below = Object.entries(value).flatMap(([name, inner]) => {
    const at = `${path}.${name}`;
    if (isObject && name === 'metadata') return typedAtomics(objectMeta, inner).map((each) => at + each);
    const property = node.properties.get(name);
    return property === undefined ? [] : ofValue(property, inner, at);
  });
  return [...own, ...below];
}

function ofValue(node: SchemaNode, value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = node;
    const own = node.listType === 'set' || node.listType === 'map' ? [] : [path];
    const below = value.flatMap((item: unknown, index) =>
      items === undefined ? [] : ofValue(items, item, `${path}[${index}]`),
    );
    return [...own, ...below];
  }
  return isJsonObject(value) ? ofObject(node, { value, path, isObject: node.isObject }) : [];
}
