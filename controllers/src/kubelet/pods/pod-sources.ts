import { isNotFound } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import type { Informer } from '../../runtime/cache/informer.ts';
import { configMaps, persistentVolumeClaims, type Resource, secrets } from '../../runtime/client/resource.ts';
import type { Found, Lookup, Reference, ReferencedKind } from './pod-references.ts';

/** A node may watch what it may read by name; claims it may only read. */
const watchable: ReadonlySet<ReferencedKind> = new Set(['ConfigMap', 'Secret']);

const resources: Readonly<Record<ReferencedKind, Resource>> = {
  ConfigMap: configMaps,
  Secret: secrets,
  PersistentVolumeClaim: persistentVolumeClaims,
};
/** Objects that are watched at a time; Pods that wait for more read again now and then. */
const maxWatched = 256;

interface Watched {
  informer: Informer<ApiObject>;
  pods: Set<string>;
}

/**
 * Reads the objects that the Pods of a node refer to, and watches those that a Pod waits for. A kubelet may
 * read and watch single objects by their names; only objects that are missing or wrong are watched here.
 */
export class PodSources {
  readonly #context: Pick<ControllerContext, 'client' | 'informers'>;
  readonly #changed: (podKey: string) => void;
  readonly #reading = new Map<string, Promise<Found>>();
  readonly #watched = new Map<string, Watched>();
  readonly #waiting = new Map<string, ReadonlySet<string>>();

  /** `changed` is called with the key of a Pod when an object that it waits for appeared or changed. */
  constructor(context: Pick<ControllerContext, 'client' | 'informers'>, changed: (podKey: string) => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /** Reads all of them now. */
  async read(namespace: string, references: readonly Reference[]): Promise<Lookup> {
    const found = new Map<string, Found>();
    await Promise.all(
      references.map(async (reference) => {
        found.set(keyOf(namespace, reference), await this.#readOne(namespace, reference));
      }),
    );
    return (reference) => {
      const one = found.get(keyOf(namespace, reference));
      return one ?? { missing: true, problem: `${reference.kind} "${reference.name}" was not read` };
    };
  }

  /**
   * The Pod waits for these, and no longer for those of its last call. Returns whether all could be watched.
   */
  waitFor(podKey: string, namespace: string, references: readonly Reference[]): boolean {
    const wanted = new Map(references.map((reference) => [keyOf(namespace, reference), reference]));
    const before = this.#waiting.get(podKey) ?? new Set();
    let all = true;
    for (const [key, reference] of wanted) {
      const one = this.#watch(key, namespace, reference);
      one?.pods.add(podKey);
      all &&= one !== undefined;
    }
    this.#release(
      podKey,
      [...before].filter((key) => !wanted.has(key)),
    );
    if (wanted.size > 0) this.#waiting.set(podKey, new Set(wanted.keys()));
    else this.#waiting.delete(podKey);
    return all;
  }

  /** The Pod waits for nothing any more. */
  forget(podKey: string): void {
    this.#release(podKey, this.#waiting.get(podKey) ?? []);
    this.#waiting.delete(podKey);
  }

  #readOne(namespace: string, reference: Reference): Promise<Found> {
    const key = keyOf(namespace, reference);
    // Pods that start together share one request.
    let answer = this.#reading.get(key);
    if (answer === undefined) {
      answer = this.#get(namespace, reference).finally(() => this.#reading.delete(key));
      this.#reading.set(key, answer);
    }
    return answer;
  }

  async #get(namespace: string, { kind, name }: Reference): Promise<Found> {
    try {
      return { object: await this.#context.client.get(resources[kind], { namespace, name }) };
    } catch (error) {
      if (!isNotFound(error)) return { missing: false, problem: (error as Error).message };
      // A kubelet has its own message for what it reads through its cache, and the API's for claims.
      const problem =
        kind === 'PersistentVolumeClaim'
          ? (error as Error).message
          : `${kind.toLowerCase()} "${name}" not found`;
      return { missing: true, problem };
    }
  }

  #watch(key: string, namespace: string, { kind, name }: Reference): Watched | undefined {
    const known = this.#watched.get(key);
    if (known !== undefined || this.#watched.size >= maxWatched || !watchable.has(kind)) return known;
    const { informers } = this.#context;
    const informer = informers.of(resources[kind], { namespace, fieldSelector: `metadata.name=${name}` });
    const fresh: Watched = { informer, pods: new Set() };
    this.#watched.set(key, fresh);
    const notify = (): void => {
      for (const pod of fresh.pods) this.#changed(pod);
    };
    informer.addHandler({ add: notify, update: notify });
    informer.start();
    return fresh;
  }

  #release(podKey: string, keys: Iterable<string>): void {
    for (const key of keys) {
      const one = this.#watched.get(key);
      one?.pods.delete(podKey);
      if (one?.pods.size !== 0) continue;
      this.#watched.delete(key);
      this.#context.informers.drop(one.informer);
    }
  }
}

function keyOf(namespace: string, { kind, name }: Reference): string {
  return `${kind}/${namespace}/${name}`;
}
