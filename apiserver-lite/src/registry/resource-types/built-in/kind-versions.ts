import { conform } from '@pg8s/k8s-proto/conform/conform';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf, kindInfo } from '@pg8s/k8s-proto/scheme';
import { converter } from '../../conversion/convert-object.ts';
import type { JsonObject } from '../../../json/json-value.ts';
import type { Version, Versions } from '../versions.ts';
import { structPlan } from './message-plan.ts';
import { typedAtomics } from './typed-atomics.ts';
import { typedProblems } from './typed-problems.ts';

/**
 * The versions of a kind. Core kinds and those of groups do not know each other: kube-apiserver has schemas
 * for one or for the other, so that the owners of an Event in `v1` are forgotten by a write in
 * `events.k8s.io/v1`.
 */
export function versionsOf(kind: string, served: string): Versions {
  const found = new Map<string, Version>();
  const servedMessage = messageOf(kind, served) ?? '';
  const make = (apiVersion: string): Version | undefined => {
    const message = messageOf(kind, apiVersion);
    if (message === undefined || isCore(apiVersion) !== isCore(served)) return undefined;
    const own = apiVersion === served;
    const [to, from] = own
      ? [undefined, undefined]
      : [converter(kind, served, apiVersion), converter(kind, apiVersion, served)];
    if (!own && (to === undefined || from === undefined)) return undefined;
    const printedAs = (name: string, document: JsonObject) => ({
      apiVersion: document['apiVersion'],
      kind: document['kind'],
      ...conform(document, name, 'ignore').object,
    });
    return {
      apiVersion,
      plan: structPlan(message),
      sameStructure: message === servedMessage,
      to: (objects) => convertAll(objects, to),
      from: (objects) => convertAll(objects, from),
      printed: (document) => printedAs(message, document),
      problems: (document) => typedProblems(message, document),
      atomics: (document) => typedAtomics(message, document),
    };
  };
  const find = (apiVersion = ''): Version | undefined => {
    let version = found.get(apiVersion);
    if (version === undefined) {
      version = make(apiVersion);
      // Only versions that exist are kept: managedFields may name any number of others.
      if (version !== undefined) found.set(apiVersion, version);
    }
    return version;
  };
  const own = find(served);
  if (own === undefined) throw new TypeError(`${served} has no kind ${kind}`);
  return { own, find };
}

function convertAll(
  objects: readonly JsonObject[],
  convert: ((object: KubeObject) => object) | undefined,
): readonly JsonObject[] {
  return convert === undefined
    ? objects
    : objects.map((object) => convert(object as KubeObject) as JsonObject);
}

function isCore(apiVersion: string): boolean {
  return !apiVersion.includes('/');
}

function messageOf(kind: string, apiVersion: string): string | undefined {
  return kindInfo({ ...groupVersionOf(apiVersion), kind })?.message;
}
