import type { Evaluator } from './evaluator.ts';
import { objectCount } from './object-count.ts';
import { persistentVolumeClaims } from './persistent-volume-claims.ts';
import { pods } from './pods.ts';
import { type ClaimLookups, resourceClaims } from './resource-claims.ts';
import { services } from './services.ts';

/** Resources whose objects are not stored, or are too many to count (Kubernetes: `quota/v1/install`). */
const ignored = new Set([
  'bindings',
  'componentstatuses',
  'tokenreviews.authentication.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'events',
  'events.events.k8s.io',
]);

/** What evaluators look up. */
export interface EvaluatorOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  claims: ClaimLookups;
}

/** The evaluators of all resources. */
export class Evaluators {
  readonly #known = new Map<string, Evaluator>();

  constructor({ now, claims }: EvaluatorOptions) {
    for (const evaluator of [pods(now), services, persistentVolumeClaims, resourceClaims(claims)]) {
      this.#known.set(nameOf(evaluator.group, evaluator.resource), evaluator);
    }
  }

  /** That of a resource: its own, or one that counts objects; undefined where they are not counted. */
  of(group: string, resource: string): Evaluator | undefined {
    const name = nameOf(group, resource);
    if (ignored.has(name)) return undefined;
    return this.#known.get(name) ?? objectCount(group, resource);
  }
}

function nameOf(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}
