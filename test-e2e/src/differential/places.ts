import { resources } from '@pg8s/k8s-proto/scheme';
import type { MinimalManifest } from '../minimal-manifests.ts';

/** The namespace of the objects of all families. */
export const namespace = 'walk';

/** Where an object of a kind is, and what it is made of. */
export interface Place {
  manifest: MinimalManifest;
  name: string;
  object: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
  /** The path of its collection, and its own. */
  collection: string;
  path: string;
  /** Names of its subresources. */
  subresources: readonly string[];
}

/** The places of objects, by the table of resources. */
export function placesOf(manifests: readonly MinimalManifest[]): Place[] {
  return manifests.map((manifest) => {
    const { apiVersion, kind, body, name = 'walk' } = manifest;
    const [version, group = ''] = apiVersion.split('/').toReversed() as [string, string?];
    const resource = resources().find(
      (each) => each.group === group && each.version === version && each.kind === kind,
    );
    if (resource === undefined) throw new Error(`${apiVersion} has no ${kind}`);
    const root = group === '' ? '/api' : '/apis';
    const scope = resource.namespaced ? `/namespaces/${namespace}` : '';
    const collection = `${root}/${apiVersion}${scope}/${resource.name}`;
    const metadata = resource.namespaced ? { name, namespace } : { name };
    return {
      manifest,
      name,
      object: { apiVersion, kind, metadata, ...body },
      collection,
      path: `${collection}/${name}`,
      subresources: resource.subresources.map((subresource) => subresource.name),
    };
  });
}
