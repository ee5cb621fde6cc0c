import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { messageOf } from '@pg8s/k8s-proto/scheme';
import { converter } from '../../conversion/convert-object.ts';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import type { KindFacets } from '../../kind-module.ts';
import { kindModuleOf } from '../../kind-modules.ts';
import type { Rest, ServedRest } from '../../rest.ts';
import { DecodeError, type ObjectCodec } from '../object-codec.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { versionsOf } from './kind-versions.ts';
import { messageCodec } from './message-codec.ts';
import { messagePatchSchema } from './message-patch-schema.ts';

const cache = new Map<string, ResourceTypes>();

/**
 * The types of a built-in kind, from the tables of messages, defaults and conversions; each part is made when
 * first read.
 */
function builtInTypes(gvk: GroupVersionKind, unconvertible: KindFacets['unconvertible']): ResourceTypes {
  const key = `${apiVersionOf(gvk)}/${gvk.kind}`;
  let types = cache.get(key);
  if (types === undefined) {
    types = makeTypes(gvk, unconvertible === undefined ? messageCodec : checkedCodec(unconvertible));
    cache.set(key, types);
  }
  return types;
}

function checkedCodec(unconvertible: (object: KubeObject) => string | undefined): ObjectCodec {
  const check = (object: KubeObject): void => {
    const problem = unconvertible(object);
    if (problem !== undefined) throw new DecodeError(problem);
  };
  return {
    ...messageCodec,
    decode(input) {
      const decoded = messageCodec.decode(input);
      check(decoded.object);
      return decoded;
    },
    decodeProtobuf(raw, gvk) {
      const object = messageCodec.decodeProtobuf(raw, gvk);
      check(object);
      return object;
    },
  };
}

function makeTypes(gvk: GroupVersionKind, codec: ObjectCodec): ResourceTypes {
  let versions: ResourceTypes['versions'] | undefined;
  return {
    codec,
    get patchSchema() {
      const message = messageOf(gvk);
      return message === undefined ? undefined : messagePatchSchema(message);
    },
    get versions() {
      versions ??= versionsOf(gvk.kind, apiVersionOf(gvk));
      return versions;
    },
    applyDefaults: (object) => applyDefaults(object),
    async convert(object, apiVersion) {
      const convert = converter(gvk.kind, apiVersionOf(gvk), apiVersion);
      if (convert === undefined) throw new TypeError(`${gvk.kind} has no version ${apiVersion}`);
      return convert(object);
    },
  };
}

/**
 * An endpoint of a built-in resource, with the types of what it reads and writes: its own kind, or that of
 * the subresource.
 */
export function withBuiltInTypes(rest: Rest): ServedRest {
  const { group, version, kind } = rest.subresource ?? rest.resource;
  const ofResource = kind === rest.resource.kind ? kindModuleOf(rest.resource)?.unconvertible : undefined;
  return { ...rest, types: builtInTypes({ group, version, kind }, ofResource) };
}
