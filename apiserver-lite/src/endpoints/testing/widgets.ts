import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import type { ResourceTypes } from '../../registry/resource-types/resource-types.ts';
import type { StructPlan } from '../../registry/resource-types/type-plan.ts';
import type { Version } from '../../registry/resource-types/versions.ts';
import type { ServedRest } from '../../registry/rest.ts';
import { type MemoryStore, memoryRestOf } from './memory-rest.ts';

/** Where a resource that is not built in is served. */
export interface WidgetOptions {
  /** Default `example.com`. */
  group?: string;
  /** Default `v1`. */
  version?: string;
}

/**
 * `widgets.example.com`, made by hand: a resource that no table of built-in kinds has, with types of its own.
 */
export function widgets(
  store: MemoryStore,
  { group = 'example.com', version = 'v1' }: WidgetOptions = {},
): ServedRest {
  const gvk = { group, version, kind: 'Widget' };
  const resource: ResourceInfo = {
    ...gvk,
    name: 'widgets',
    singularName: 'widget',
    namespaced: true,
    shortNames: ['wd'],
    categories: [],
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    storageKeyPrefix: `${group}/widgets`,
    storedAs: gvk,
    servedByDefault: true,
    subresources: [],
  };
  return { ...memoryRestOf(store, resource), types: widgetTypes(group, version) };
}

/** JSON only: what is not known stays as it is, and a widget without a size gets one. */
function widgetTypes(group: string, version: string): ResourceTypes {
  const own = plainVersion(`${group}/${version}`);
  const name = `${group.split('.').toReversed().join('.')}.${version}.Widget`;
  return {
    codec: jsonCodec,
    patchSchema: undefined,
    versions: { own, find: (apiVersion) => (apiVersion === own.apiVersion ? own : undefined) },
    openApi: {
      name,
      listName: `${name}List`,
      digest: '1',
      schemas: (dialect) => widgetSchemas(name, dialect === 2 ? '#/definitions/' : '#/components/schemas/'),
    },
    applyDefaults(object) {
      const spec = (object['spec'] ??= {}) as { size?: number };
      spec.size ??= 1;
    },
    convert: async (object, apiVersion) => ({ ...object, apiVersion }),
  };
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function widgetSchemas(name: string, prefix: string): Record<string, object> {
  const reference = (type: string) => ({ $ref: `${prefix}${type}` });
  return {
    [name]: {
      type: 'object',
      properties: {
        metadata: reference(`${meta}.ObjectMeta`),
        spec: { type: 'object', properties: { size: { type: 'integer' } } },
      },
    },
    [`${name}List`]: {
      type: 'object',
      required: ['items'],
      properties: {
        metadata: reference(`${meta}.ListMeta`),
        items: { type: 'array', items: reference(name) },
      },
    },
  };
}

const jsonCodec: ObjectCodec = {
  protobuf: false,
  knows: () => true,
  decode: ({ value }) => ({ object: structuredClone(value) as KubeObject, strictErrors: [] }),
  decodeProtobuf() {
    throw new Error('there is no protobuf form');
  },
  encodeProtobuf() {
    throw new Error('there is no protobuf form');
  },
};

/** Everything below a field of the object is owned as a whole. */
function plainVersion(apiVersion: string): Version {
  const spec = {
    name: 'spec',
    element: 'f:spec',
    plan: { kind: 'leaf' },
    zero: undefined,
    dropsEmpty: false,
  } as const;
  const plan: StructPlan = { kind: 'struct', fields: [spec], byName: new Map([['spec', spec]]) };
  return {
    apiVersion,
    plan,
    sameStructure: true,
    to: (objects) => objects,
    from: (objects) => objects,
    printed: (document) => document,
    problems: () => [],
    atomics: () => [],
  };
}
