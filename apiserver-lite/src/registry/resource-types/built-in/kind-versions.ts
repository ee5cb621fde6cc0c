import { conform } from '@pg8s/k8s-proto/conform/conform';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf, kindInfo } from '@pg8s/k8s-proto/scheme';
import { converter } from '../../conversion/convert-object.ts';
import type { JsonObject } from '../../../json/json-value.ts';
import { structPlan, type StructPlan } from './message-plan.ts';

/** A version of a kind in which fields may be owned. */
export interface Version {
  readonly apiVersion: string;
  /** The full name of its message. */
  readonly message: string;
  readonly plan: StructPlan;
  /** Fields have the same names and shapes as in the version that the endpoint serves. */
  readonly sameStructure: boolean;
  /** From an object of the served version, as Go would print it, to one of this version. */
  to(object: JsonObject): JsonObject;
  /** Back to the served version. */
  from(object: JsonObject): JsonObject;
  /** A document in this version as Go would print it once it had read it. Throws ConformError. */
  printed(document: JsonObject): JsonObject;
}

/** The versions of a kind, as an endpoint sees them that serves one of them. */
export interface Versions {
  /** The version that the endpoint serves. */
  readonly own: Version;
  /** Undefined: not a version of the kind; what is owned in it is owned no more. */
  find(apiVersion: string | undefined): Version | undefined;
}

/**
 * The versions of a kind. Core kinds and those of groups do not know each other: kube-apiserver has schemas for one or for the
 * other, so that the owners of an Event in `v1` are forgotten by a write in `events.k8s.io/v1`.
 */
export function versionsOf(kind: string, served: string): Versions {
  const found = new Map<string, Version | undefined>();
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
      message,
      plan: structPlan(message),
      sameStructure: message === servedMessage,
      to: (object) => (to === undefined ? object : (to(object as KubeObject) as JsonObject)),
      from: (object) => (from === undefined ? object : (from(object as KubeObject) as JsonObject)),
      printed: (document) => printedAs(message, document),
    };
  };
  const find = (apiVersion = ''): Version | undefined => {
    if (!found.has(apiVersion)) found.set(apiVersion, make(apiVersion));
    return found.get(apiVersion);
  };
  const own = find(served);
  if (own === undefined) throw new TypeError(`${served} has no kind ${kind}`);
  return { own, find };
}

function isCore(apiVersion: string): boolean {
  return !apiVersion.includes('/');
}

function messageOf(kind: string, apiVersion: string): string | undefined {
  return kindInfo({ ...groupVersionOf(apiVersion), kind })?.message;
}

/** An object, and the version that it is in. */
export interface VersionedObject {
  readonly version: Version;
  readonly object: JsonObject;
}

/**
 * The object in another version, as Go's types hold it there; in its own version it stays as it was written (Kubernetes:
 * `managedfields/internal/versionconverter.go`).
 */
export function inVersion(value: VersionedObject, version: Version): VersionedObject {
  if (value.version === version) return value;
  const served = value.version.from(value.version.printed(value.object));
  return { version, object: version.printed(version.to(served)) };
}
