import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Logger } from 'pino';
import type { RequestContext, UserInfo } from '../../http/request-context.ts';
import { createRegistry, type BuiltRegistry, type RegistryOptions } from '../build-registry.ts';
import { copyOf } from '../generic/copy-object.ts';
import { applyDefaults } from '../defaults/apply-defaults.ts';
import { RegistryStorages, type StorageFactory } from '../registry-storages.ts';
import { accepted } from './accepted.ts';
import type { Rest } from '../rest.ts';
import { MemoryStorage, type RevisionCounter } from './memory-storage.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;

/** When everything in these tests happens: 2026-01-02T03:04:05Z. */
export const testNowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface TestRegistry {
  registry: BuiltRegistry;
  /**
   * The endpoint, or a failure of the test. `place` is `group/version/resource[/subresource]`, core as
   * `/v1/pods`.
   */
  rest(place: string): Rest;
  context(namespace?: string, query?: string): RequestContext;
  /** What was said in Warning headers. */
  warnings: string[];
  storage(group: string, resource: string): MemoryStorage;
  now: { ms: number };
}

/** Storages in memory for several registries: several servers on one store. */
export function sharedStorages(): StorageFactory {
  const revisions: RevisionCounter = { current: 0 };
  const storages = new Map<string, MemoryStorage>();
  return ({ group, name }) => {
    const key = `${group}/${name}`;
    const storage = storages.get(key) ?? new MemoryStorage({ group, resource: name }, revisions);
    storages.set(key, storage);
    return storage;
  };
}

/** Options of the registry, and how its storages are made. */
export interface TestRegistryOptions extends Partial<Omit<RegistryOptions, 'storages'>> {
  /** Default: a storage in memory for each resource. */
  storageFactory?: StorageFactory;
}

/** A registry on storages in memory, with the namespace `default` in it. */
export async function testRegistry({
  storageFactory,
  ...options
}: TestRegistryOptions = {}): Promise<TestRegistry> {
  const revisions: RevisionCounter = { current: 0 };
  const now = { ms: testNowMs };
  const inMemory: StorageFactory = ({ group, name, storageKeyPrefix }: ResourceInfo) =>
    new MemoryStorage({ group, resource: name }, revisions, storageKeyPrefix);
  const registry = createRegistry({
    storages: new RegistryStorages(storageFactory ?? inMemory),
    log: silent,
    clock: () => now.ms,
    authorizer: {
      authorize: async ({ verb }) => ({ decision: verb === 'get' ? 'allow' : 'noOpinion', reason: '' }),
      rulesFor: async () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
    },
    tokens: { authenticateToken: async () => undefined },
    ...options,
  });
  const warnings: string[] = [];
  const user: UserInfo = {
    name: 'jane',
    // She may grant every role, unless the test has an authorizer of its own.
    groups: [...(options.authorizer === undefined ? ['system:masters'] : []), 'system:authenticated'],
  };
  const test: TestRegistry = {
    registry,
    now,
    warnings,
    rest(place) {
      const [group = '', version = '', resource = '', subresource = ''] = place.split('/');
      const rest = registry.resources.lookup(group, version, resource, subresource);
      if (rest === undefined) throw new Error(`${place} is not served`);
      return rest;
    },
    context: (namespace = 'default', query = '') =>
      ({
        user,
        requestInfo: { namespace },
        url: new URL(`https://localhost/?${query}`),
        warn: (text: string) => warnings.push(text),
      }) as unknown as RequestContext,
    storage: (group, resource) => registry.storageOf(group, resource) as MemoryStorage,
  };
  // Another server on the same storages has made it.
  if (!test.storage('', 'namespaces').objects.has('default')) {
    await create(test, '/v1/namespaces', { metadata: { name: 'default' } });
  }
  return test;
}

/** Creates through the endpoint at `place`; kind and apiVersion are those of the resource. */
export async function create(
  test: TestRegistry,
  place: string,
  fields: Partial<KubeObject>,
  options: { dryRun?: boolean; namespace?: string } = {},
): Promise<KubeObject> {
  const rest = test.rest(place);
  const { group, version, kind } = rest.resource;
  const object = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: {},
    ...copyOf(fields),
  } as KubeObject;
  applyDefaults(object);
  const context = test.context(options.namespace);
  Object.assign(context.requestInfo, { apiGroup: group });
  const created = await rest.create?.(context, object, { ...accepted, dryRun: options.dryRun ?? false });
  if (created === undefined) throw new Error(`${place} cannot be created`);
  return created.object;
}

/** A Pod's spec with one container. */
export function podSpec(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { containers: [{ name: 'nginx', image: 'nginx:1.14.2' }], ...extra };
}

/** A workload's spec whose Pods are labelled `app: web`. */
export function workloadSpec(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: podSpec() },
    ...extra,
  };
}
