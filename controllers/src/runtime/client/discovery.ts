import type { Client } from './client.ts';
import { parseGroupVersion, type Resource } from './resource.ts';

/** A resource as the server describes it. */
export interface DiscoveredResource extends Resource {
  verbs: readonly string[];
  /** Served in the version that the group prefers, or in no version before this one. */
  preferred: boolean;
}

export interface Discovery {
  resources: DiscoveredResource[];
  /** Groups that could not be read, `group/version` to error: an aggregated API that is unavailable. */
  failures: Map<string, Error>;
}

/** Any list in these documents may be null: Go writes nil slices so. */
type Maybe<T> = T | null | undefined;

interface ResourceList {
  resources?: Maybe<{ name: string; kind: string; namespaced: boolean; verbs?: Maybe<string[]> }[]>;
}

interface GroupList {
  groups?: Maybe<{ name: string; versions?: Maybe<{ groupVersion: string }[]> }[]>;
}

interface AggregatedList {
  kind?: string;
  items?: Maybe<
    {
      metadata?: Maybe<{ name?: string }>;
      versions?: Maybe<
        {
          version: string;
          freshness?: string;
          resources?: Maybe<
            {
              resource: string;
              scope: string;
              verbs?: Maybe<string[]>;
              responseKind?: Maybe<{ kind?: string }>;
            }[]
          >;
        }[]
      >;
    }[]
  >;
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;q=0.9';

/**
 * Reads what the server serves: by two requests where it has aggregated discovery, by one for each group and
 * version where it does not. Subresources are left out. Rejects only when no group could be read.
 */
export async function discover(client: Client): Promise<Discovery> {
  const [core, named] = await Promise.all([
    client.getPath<AggregatedList & { versions?: Maybe<string[]> }>('/api', { accept: aggregated }),
    client.getPath<AggregatedList & GroupList>('/apis', { accept: aggregated }),
  ]);
  const failures = new Map<string, Error>();
  const found: DiscoveredResource[] = [];
  const versions: string[] = [];
  for (const document of [core, named]) {
    if (document.kind === 'APIGroupDiscoveryList') found.push(...fromAggregated(document, failures));
  }
  if (core.kind !== 'APIGroupDiscoveryList') versions.push(...(core.versions ?? []));
  if (named.kind !== 'APIGroupDiscoveryList')
    for (const group of named.groups ?? [])
      versions.push(...(group.versions ?? []).map(({ groupVersion }) => groupVersion));

  const lists = await Promise.all(
    versions.map(async (groupVersion) => {
      try {
        return await fromVersion(client, groupVersion);
      } catch (error) {
        failures.set(groupVersion, error instanceof Error ? error : new Error(String(error)));
        return [];
      }
    }),
  );
  found.push(...lists.flat());
  const seen = new Set<string>();
  for (const resource of found) {
    const name = `${resource.group}/${resource.name}`;
    resource.preferred = !seen.has(name);
    seen.add(name);
  }
  return { resources: found, failures };
}

/** Versions are in the order of the group's preference. */
function fromAggregated({ items }: AggregatedList, failures: Map<string, Error>) {
  return (items ?? []).flatMap(({ metadata, versions }) => {
    const group = metadata?.name ?? '';
    return (versions ?? []).flatMap(({ version, resources, freshness }) => {
      if (freshness === 'Stale')
        failures.set(
          group === '' ? version : `${group}/${version}`,
          new Error('stale GroupVersion discovery'),
        );
      return (resources ?? []).map(({ resource, scope, verbs, responseKind }) => ({
        group,
        version,
        name: resource,
        kind: responseKind?.kind ?? '',
        namespaced: scope === 'Namespaced',
        verbs: verbs ?? [],
        preferred: false,
      }));
    });
  });
}

async function fromVersion(client: Client, groupVersion: string) {
  const root = groupVersion.includes('/') ? '/apis' : '/api';
  const list = await client.getPath<ResourceList>(`${root}/${groupVersion}`);
  const { group, version } = parseGroupVersion(groupVersion);
  return (list.resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      group,
      version,
      name,
      kind,
      namespaced,
      verbs: verbs ?? [],
      preferred: false,
    }));
}

/** Whether a resource has all these verbs. */
export function supports(resource: DiscoveredResource, ...verbs: readonly string[]): boolean {
  return verbs.every((verb) => resource.verbs.includes(verb));
}
