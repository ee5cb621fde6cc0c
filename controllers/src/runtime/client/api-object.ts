import type { ObjectMeta } from '@pg8s/k8s-proto/object';

/**
 * A client-node model as JSON. client-node's typed clients return models that hold Dates, its watches raw
 * JSON; the controllers use raw JSON everywhere, so times are RFC 3339 strings.
 */
export type Json<Model> = Model extends Date
  ? string
  : Model extends (infer Item)[]
    ? Json<Item>[]
    : Model extends object
      ? { [Field in keyof Model]: Json<Model[Field]> }
      : Model;

/** What every object of the API has. Objects from an informer are shared: never change one, make a copy. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** `Typed<V1Pod>` is a Pod as JSON, with the fields that every stored object has required. */
export type Typed<Model extends object> = ApiObject & Omit<Json<Model>, 'apiVersion' | 'kind' | 'metadata'>;

/** A list as JSON; `items` is an array even where the server wrote null. */
export interface ApiList<T extends ApiObject = ApiObject> {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

/** `namespace/name`, or `name` for cluster-scoped objects (client-go: `MetaNamespaceKeyFunc`). */
export function objectKey(object: ApiObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : (name ?? '');
}
