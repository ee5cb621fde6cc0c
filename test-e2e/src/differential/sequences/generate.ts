import type { Random } from '@pg8s/shim/mvcc/testing/random';
import type { MinimalManifest } from '../../minimal-manifests.ts';
import type { Edit } from './edit.ts';
import { placesIn, valueAt } from './edit.ts';
import { jsonPatch, mergePatch } from './json-patches.ts';
import type { Step } from './step.ts';
import { withDirectives } from './strategic.ts';
import type { Json, Shape } from './structure.ts';
import { otherLeaf, take } from './vary.ts';

/** What steps are made of. */
export interface Material {
  manifest: MinimalManifest;
  name: string;
  namespaced: boolean;
  minimal: Json;
  full: Json;
  shape: Shape;
  subresources: readonly string[];
}

const appliers = ['one', 'two', 'three', 'kubectl'];
const updaters = ['alice', 'bob', undefined];

const metadata = (name: string): Json => ({
  name,
  labels: { a: '1', b: '2', 'example.com/c': '3' },
  annotations: { note: 'yes', 'example.com/d': 'four\nlines' },
  finalizers: ['example.com/one', 'example.com/two'],
  ownerReferences: [
    { apiVersion: 'v1', kind: 'Walk', name: 'first', uid: 'uid-1' },
    { apiVersion: 'apps/v1', kind: 'Walk', name: 'second', uid: 'uid-2', blockOwnerDeletion: true },
  ],
});

/** Random steps on one object. */
export class StepGenerator {
  readonly #material: Material;
  readonly #random: Random;
  /** Whether values may be nonsense. */
  readonly #wild: boolean;
  /** What each manager applied last. */
  readonly #applied = new Map<string, Json>();

  constructor(material: Material, random: Random) {
    this.#material = material;
    this.#random = random;
    this.#wild = random.chance(15);
  }

  get #vary(): { random: Random; wild: boolean } {
    return { random: this.#random, wild: this.#wild };
  }

  /** A create, then 5 to 15 steps. */
  steps(): Step[] {
    const steps = [this.#create()];
    for (let left = 5 + this.#random.below(11); left > 0; left--) steps.push(this.#next());
    return steps;
  }

  #create(): Step {
    const random = this.#random;
    const { minimal, full } = this.#material;
    const which = random.below(10);
    if (which === 0) return this.#apply(full);
    const body =
      which < 5 ? minimal : which < 9 ? this.#withMetadata(full) : { ...minimal, ...this.#part(70) };
    return {
      says: 'create',
      method: 'POST',
      to: 'collection',
      query: this.#query(random.pick(updaters), { dryRun: false }),
      body,
    };
  }

  #next(): Step {
    const { subresources } = this.#material;
    const random = this.#random;
    const choice = random.below(100);
    if (choice < 36) return this.#apply();
    if (choice < 48) return this.#patch('merge', mergePatch(this.#part(25), random));
    if (choice < 60)
      return this.#patch('json', jsonPatch(this.#material.shape, this.#document(), this.#vary));
    if (choice < 75) {
      return this.#patch('strategic', withDirectives(this.#material.shape, this.#part(25), random));
    }
    if (choice < 86) return this.#put();
    if (choice < 97 && subresources.length > 0) return this.#subresource();
    if (choice === 97)
      return { says: 'delete', method: 'DELETE', to: 'object', query: { gracePeriodSeconds: '0' } };
    if (choice === 98) return { ...this.#create(), says: 'create again' };
    return this.#patch('merge', { metadata: { managedFields: random.pick([[], [{}], null]) } });
  }

  /** All that the object may have, metadata too. */
  #document(): Json {
    const { full, minimal, name } = this.#material;
    return { ...(this.#random.chance(60) ? full : minimal), metadata: metadata(name) };
  }

  #withMetadata(body: Json): Json {
    const { name } = this.#material;
    const keep = this.#random.below(100);
    return {
      ...body,
      metadata: {
        ...(take(undefined, metadata(name), { ...this.#vary, keep, change: 2 }) as Json),
        name,
      },
    };
  }

  /** A part of the object, that says whose it is. */
  #part(keep: number, change = 12): Json {
    const { minimal, name, shape } = this.#material;
    const random = this.#random;
    const part = take(shape, this.#document(), { ...this.#vary, keep, change }) as Json;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return {};
    delete part['apiVersion'];
    delete part['kind'];
    const given = part['metadata'];
    if (typeof given === 'object' && given !== null) delete (given as Json)['name'];
    return random.chance(3)
      ? { ...part, apiVersion: minimal['apiVersion'], metadata: { ...(given as Json), name } }
      : part;
  }

  #query(manager: string | undefined, { dryRun = true } = {}): Record<string, string> {
    const random = this.#random;
    const validation = random.chance(20) ? random.pick(['Strict', 'Warn', 'Ignore']) : undefined;
    return {
      ...(manager === undefined ? {} : { fieldManager: manager }),
      ...(validation === undefined ? {} : { fieldValidation: validation }),
      ...(dryRun && random.chance(8) ? { dryRun: 'All' } : {}),
    };
  }

  /** What a manager applies next: like the last time, less, more, or something new. */
  #configuration(manager: string): Json {
    const random = this.#random;
    const { minimal, name, shape } = this.#material;
    const last = this.#applied.get(manager);
    const say = (part: Json): Json => ({
      apiVersion: minimal['apiVersion'],
      kind: minimal['kind'],
      ...part,
      metadata: { ...(part['metadata'] as Json | undefined), name },
    });
    if (last === undefined || random.chance(25)) {
      return say(
        random.chance(10) ? {} : this.#part(random.pick([15, 40, 75, 100]), random.pick([0, 4, 12])),
      );
    }
    const next = structuredClone(last);
    for (let left = random.below(4); left > 0; left--) {
      const places = placesIn(next).filter((at) => at.length > 1 && at[1] !== 'name');
      if (places.length === 0) break;
      change(next, random.pick(places), this.#vary);
    }
    const more = random.chance(30)
      ? (take(shape, this.#part(20), { ...this.#vary, keep: 100, change: 4 }) as Json)
      : {};
    return say({ ...more, ...next });
  }

  #apply(given?: Json): Step {
    const random = this.#random;
    const manager = random.pick(appliers);
    const body = given ?? this.#configuration(manager);
    this.#applied.set(manager, body);
    return {
      says: `apply by ${manager}`,
      method: 'PATCH',
      to: 'object',
      query: { ...this.#query(manager), ...(random.chance(45) ? { force: 'true' } : {}) },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body,
    };
  }

  #patch(type: 'merge' | 'json' | 'strategic', body: unknown, subresource?: string): Step {
    const contentType = { merge: 'merge-patch', json: 'json-patch', strategic: 'strategic-merge-patch' }[
      type
    ];
    return {
      says: `${type} patch${subresource === undefined ? '' : ` of ${subresource}`}`,
      method: 'PATCH',
      to: 'object',
      ...(subresource === undefined ? {} : { subresource }),
      query: this.#query(this.#random.pick(updaters)),
      headers: { 'content-type': `application/${contentType}+json` },
      body,
    };
  }

  #put(): Step {
    const random = this.#random;
    const document = this.#document();
    const query = this.#query(random.pick(updaters));
    if (random.chance(15)) {
      return {
        says: 'put of the manifest',
        method: 'PUT',
        to: 'object',
        query,
        body: this.#withMetadata(this.#material.full),
      };
    }
    const places = placesIn(document).filter(
      ([first, second]) => first !== 'apiVersion' && first !== 'kind' && second !== 'name',
    );
    const edits: Edit[] = [];
    for (let left = random.below(5); left > 0; left--) {
      const at = random.pick(places);
      const value = valueAt(document, at);
      if (String(at.at(-1)).endsWith('xpression')) continue;
      if (random.chance(20)) edits.push({ at });
      else
        edits.push({
          at,
          value: typeof value === 'object' ? value : otherLeaf(undefined, value, this.#vary),
        });
    }
    return { says: 'put', method: 'PUT', to: 'object', query, edits };
  }

  #subresource(): Step {
    const random = this.#random;
    const { subresources, manifest, minimal, name } = this.#material;
    const subresource = random.pick(subresources);
    const identity = { apiVersion: minimal['apiVersion'], kind: minimal['kind'], metadata: { name } };
    const as = (step: Step): Step => ({ ...step, says: `${step.says} of ${subresource}`, subresource });
    if (subresource === 'scale') {
      const spec = { replicas: random.below(4) };
      const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name }, spec };
      return random.pick([
        () => this.#patch('merge', { spec }, subresource),
        () => this.#patch('strategic', { spec }, subresource),
        () =>
          this.#patch('json', [{ op: 'replace', path: '/spec/replicas', value: spec.replicas }], subresource),
        () => as(this.#apply(scale)),
        () => as({ ...this.#put(), edits: [{ at: ['spec', 'replicas'], value: spec.replicas }] }),
      ])();
    }
    const status = manifest.status ?? {};
    const part = take(undefined, status, { ...this.#vary, keep: random.pick([30, 70, 100]), change: 5 });
    const mixed = random.chance(20) ? { ...this.#part(15), status: part } : { status: part };
    return random.pick([
      () => this.#patch('merge', mixed, subresource),
      () => this.#patch('strategic', withDirectives(this.#material.shape, mixed, random), subresource),
      () => as(this.#apply({ ...mixed, ...identity })),
      () => as({ ...this.#put(), edits: [{ at: ['status'], value: part }] }),
    ])();
  }
}

function change(
  document: Json,
  at: readonly (string | number)[],
  vary: { random: Random; wild: boolean },
): void {
  let holder = document as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = at.at(-1)!;
  const value = holder[last];
  if (String(last).endsWith('xpression')) return;
  if (vary.random.chance(45)) {
    if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  } else if (typeof value !== 'object' || value === null) holder[last] = otherLeaf(undefined, value, vary);
  else if (Array.isArray(value)) value.reverse();
}
