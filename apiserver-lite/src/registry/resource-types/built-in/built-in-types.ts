import { apiVersionOf, type GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import { messageOf } from '@pg8s/k8s-proto/scheme';
import { applyDefaults } from '../../defaults/apply-defaults.ts';
import type { Rest, ServedRest } from '../../rest.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { versionsOf } from './kind-versions.ts';
import { messageCodec } from './message-codec.ts';
import { messagePatchSchema } from './message-patch-schema.ts';

const cache = new Map<string, ResourceTypes>();

/**
 * The types of a built-in kind, from the tables of messages, defaults and conversions; each part is made when
 * first read.
 */
function builtInTypes(gvk: GroupVersionKind): ResourceTypes {
  const key = `${apiVersionOf(gvk)}/${gvk.kind}`;
  let types = cache.get(key);
  if (types === undefined) {
    types = makeTypes(gvk);
    cache.set(key, types);
  }
  return types;
}

function makeTypes(gvk: GroupVersionKind): ResourceTypes {
  let versions: ResourceTypes['versions'] | undefined;
  return {
    codec: messageCodec,
    get patchSchema() {
      const message = messageOf(gvk);
      return message === undefined ? undefined : messagePatchSchema(message);
    },
    get versions() {
      versions ??= versionsOf(gvk.kind, apiVersionOf(gvk));
      return versions;
    },
    applyDefaults: (object) => applyDefaults(object),
  };
}

/**
 * An endpoint of a built-in resource, with the types of what it reads and writes: its own kind, or that of
 * the subresource.
 */
export function withBuiltInTypes(rest: Rest): ServedRest {
  const { group, version, kind } = rest.subresource ?? rest.resource;
  return { ...rest, types: builtInTypes({ group, version, kind }) };
}
