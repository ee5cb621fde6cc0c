import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf, kindInfo } from '@pg8s/k8s-proto/scheme';
import { converter } from '../../registry/conversion/convert-object.ts';
import type { JsonObject } from '../patch/json-value.ts';
import { compareObjects, type Comparison, type Ignored } from './compare.ts';
import { structPlan, type StructPlan } from './type-plan.ts';

/** An object of a kind, in the versions in which its fields are owned. */
export interface Versions {
  /** The version that objects are in. */
  readonly own: string;
  /** Undefined where fields have the same names and shapes as in the own version, or where nobody knows. */
  other(apiVersion: string | undefined): OtherVersion | undefined;
}

/** Another version whose fields are named otherwise. */
export interface OtherVersion {
  readonly apiVersion: string;
  readonly plan: StructPlan;
  to(object: JsonObject): JsonObject;
  from(object: JsonObject): JsonObject;
}

/**
 * Versions of a kind by their structure: most differ in name only, and what is owned in one is owned in all. Those of Events and
 * HorizontalPodAutoscalers differ in more.
 */
export function versionsOf(kind: string, own: string): Versions {
  const found = new Map<string, OtherVersion | undefined>();
  const ownMessage = messageOf(kind, own);
  const find = (apiVersion: string): OtherVersion | undefined => {
    const message = messageOf(kind, apiVersion);
    const [to, from] = [converter(kind, own, apiVersion), converter(kind, apiVersion, own)];
    if (message === undefined || message === ownMessage || !to || !from) return undefined;
    const plan = structPlan(message);
    return {
      apiVersion,
      plan,
      to: (object) => to(object as KubeObject) as JsonObject,
      from: (object) => from(object as KubeObject) as JsonObject,
    };
  };
  return {
    own,
    other(apiVersion = own) {
      if (apiVersion === own) return undefined;
      if (!found.has(apiVersion)) found.set(apiVersion, find(apiVersion));
      return found.get(apiVersion);
    },
  };
}

function messageOf(kind: string, apiVersion: string): string | undefined {
  return kindInfo({ ...groupVersionOf(apiVersion), kind })?.message;
}

/** Two states of an object, compared in every version that is asked for, once. */
export class VersionedComparison {
  /** In the version that objects are in. */
  readonly own: Comparison;
  readonly #versions: Versions;
  readonly #compare: (version: OtherVersion) => Comparison;
  readonly #made = new Map<string, Comparison>();

  constructor(
    versions: Versions,
    plan: StructPlan,
    { before, after, ignored }: { before: JsonObject; after: JsonObject; ignored: Ignored },
  ) {
    this.#versions = versions;
    this.own = compareObjects(plan, before, after, ignored);
    this.#compare = (version) =>
      compareObjects(version.plan, isEmpty(before) ? before : version.to(before), version.to(after), ignored);
  }

  in(apiVersion: string | undefined): Comparison {
    const version = this.#versions.other(apiVersion);
    if (version === undefined) return this.own;
    let made = this.#made.get(version.apiVersion);
    if (made === undefined) {
      made = this.#compare(version);
      this.#made.set(version.apiVersion, made);
    }
    return made;
  }
}

/** The state before an object was there. */
function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0 || object['kind'] === '';
}
