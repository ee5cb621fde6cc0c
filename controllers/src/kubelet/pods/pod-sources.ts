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
/** Objects that are watched for at a time; Pods that wait for more ask again now and then. */
const mostWatched = 256;

/** Reads what the Pods of a node name, and tells when what they wait for has changed. */
export interface PodSources {
  /** Reads all of them now. */
  read(namespace: string, references: readonly Reference[]): Promise<Lookup>;
  /** The Pod waits for these, and no longer for those of its last call. Whether they could all be watched. */
  waitFor(podKey: string, namespace: string, references: readonly Reference[]): boolean;
  /** The Pod waits for nothing any more. */
  forget(podKey: string): void;
}

interface Watched {
  informer: Informer<ApiObject>;
  pods: Set<string>;
}

/**
 * A kubelet may read single objects that its Pods name, and watch each of them by its name; here only those are watched
 * for which a Pod waits. `changed` is called with the key of a Pod whose objects appeared or changed.
 */
export function createPodSources(
  { client, informers }: ControllerContext,
  changed: (podKey: string) => void,
): PodSources {
  const reading = new Map<string, Promise<Found>>();
  const watched = new Map<string, Watched>();
  const waiting = new Map<string, ReadonlySet<string>>();

  function readOne(namespace: string, reference: Reference): Promise<Found> {
    const key = keyOf(namespace, reference);
    // Pods that start together ask once.
    let answer = reading.get(key);
    if (answer === undefined) {
      answer = fetch(namespace, reference).finally(() => reading.delete(key));
      reading.set(key, answer);
    }
    return answer;
  }

  async function fetch(namespace: string, { kind, name }: Reference): Promise<Found> {
    try {
      return { object: await client.get(resources[kind], { namespace, name }) };
    } catch (error) {
      if (!isNotFound(error)) return { missing: false, problem: (error as Error).message };
      // A kubelet has its own words for what it reads through its cache, and the API's for claims.
      const problem =
        kind === 'PersistentVolumeClaim'
          ? (error as Error).message
          : `${kind.toLowerCase()} "${name}" not found`;
      return { missing: true, problem };
    }
  }

  function watch(key: string, namespace: string, { kind, name }: Reference): Watched | undefined {
    const known = watched.get(key);
    if (known !== undefined || watched.size >= mostWatched || !watchable.has(kind)) return known;
    const informer = informers.of(resources[kind], { namespace, fieldSelector: `metadata.name=${name}` });
    const fresh: Watched = { informer, pods: new Set() };
    watched.set(key, fresh);
    const tell = (): void => {
      for (const pod of fresh.pods) changed(pod);
    };
    informer.addHandler({ add: tell, update: tell });
    informer.start();
    return fresh;
  }

  function release(podKey: string, keys: Iterable<string>): void {
    for (const key of keys) {
      const one = watched.get(key);
      one?.pods.delete(podKey);
      if (one?.pods.size !== 0) continue;
      watched.delete(key);
      informers.drop(one.informer);
    }
  }

  return {
    async read(namespace, references) {
      const found = new Map<string, Found>();
      await Promise.all(
        references.map(async (reference) => {
          found.set(keyOf(namespace, reference), await readOne(namespace, reference));
        }),
      );
      return (reference) => {
        const one = found.get(keyOf(namespace, reference));
        return one ?? { missing: true, problem: `${reference.kind} "${reference.name}" was not read` };
      };
    },
    waitFor(podKey, namespace, references) {
      const wanted = new Map(references.map((reference) => [keyOf(namespace, reference), reference]));
      const before = waiting.get(podKey) ?? new Set();
      let all = true;
      for (const [key, reference] of wanted) {
        const one = watch(key, namespace, reference);
        one?.pods.add(podKey);
        all &&= one !== undefined;
      }
      release(
        podKey,
        [...before].filter((key) => !wanted.has(key)),
      );
      if (wanted.size > 0) waiting.set(podKey, new Set(wanted.keys()));
      else waiting.delete(podKey);
      return all;
    },
    forget(podKey) {
      release(podKey, waiting.get(podKey) ?? []);
      waiting.delete(podKey);
    },
  };
}

function keyOf(namespace: string, { kind, name }: Reference): string {
  return `${kind}/${namespace}/${name}`;
}
