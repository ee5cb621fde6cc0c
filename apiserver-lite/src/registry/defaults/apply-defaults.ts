import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf } from '@pg8s/k8s-proto/scheme';
import type { Defaulter } from '../kind-module.ts';
import { kindModules } from '../kind-modules.ts';

/** By `apiVersion/kind`. */
const defaulters: ReadonlyMap<string, Defaulter<KubeObject>> = new Map(
  [...kindModules().values()].flatMap(({ key, defaults = {}, requestDefaults = {} }) => {
    const [group = '', kind = ''] = key.split('/');
    const own = Object.entries(defaults).flatMap(([version, apply]) =>
      apply === undefined ? [] : [[`${apiVersionOf({ group, version })}/${kind}`, apply] as const],
    );
    return [...own, ...Object.entries(requestDefaults)];
  }),
);

/** Whether a kind (`apps/v1/Deployment`) has defaults at all. */
export function hasDefaults(kind: string): boolean {
  return defaulters.has(kind);
}

/**
 * Fills in what kube-apiserver fills in when it decodes an object of this version, from a client or from the
 * store: fields that were left out and that have a value all the same. Changes the object; running it twice
 * is running it once.
 */
export function applyDefaults(object: KubeObject, nowMs = Date.now()): void {
  defaulters.get(`${object.apiVersion}/${object.kind}`)?.(object, nowMs);
}
