import type { WireFacts } from './schema-table.ts';

interface SubresourceFacts {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
  connect?: string[];
  pathSuffix?: boolean;
}

interface ResourceRow {
  name: string;
  singularName: string;
  kind: string;
  namespaced: boolean;
  shortNames: string[];
  categories: string[];
  verbs: string[];
  storageKeyPrefix: string | null;
  subresources: SubresourceFacts[];
}

interface VersionFacts {
  version: string;
  servedByDefault: boolean;
  resources: ResourceRow[];
}

/** `resources.json`. */
export interface ResourceFacts {
  kubernetesVersion: string;
  groups: {
    name: string;
    /** `version/resource` → the kind that is written to the store, where it is another one. */
    storageVersion: Record<string, { group: string; version: string; kind: string }>;
    versions: VersionFacts[];
  }[];
}

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** API groups whose Go package isn't named for the group's first label. */
const packageNames: Readonly<Record<string, string>> = { 'internal.apiserver.k8s.io': 'apiserverinternal' };

function candidatePackages(group: string, version: string): string[] {
  const name = packageNames[group] ?? (group === '' ? 'core' : group.split('.')[0]);
  return [
    `k8s.io.api.${name}.${version}`,
    `k8s.io.apiextensions_apiserver.pkg.apis.${name}.${version}`,
    `k8s.io.kube_aggregator.pkg.apis.${name}.${version}`,
  ];
}

/** `core.v1.Pod`, `rbac.authorization.k8s.io.v1.Role` → group, version, kind. */
function parseGoldenName(name: string): { group: string; version: string; kind: string } {
  const parts = name.split('.');
  const kind = parts.pop() ?? '';
  const version = parts.pop() ?? '';
  const group = parts.join('.');
  return { group: group === 'core' ? '' : group, version, kind };
}

/**
 * The table of resources and kinds, as `src/scheme.ts` reads it: `groups` as in the facts, and `kinds: {
 * "apps/v1": { package, kinds: [kind…] } }`. Kinds of `meta/v1` are left to the reader: every group has them.
 */
export function resourceTable(facts: ResourceFacts, wire: WireFacts, goldenNames: readonly string[]): string {
  const kinds = new Map<string, { package: string; kinds: Set<string> }>();
  const add = (group: string, version: string, kind: string): void => {
    const home = candidatePackages(group, version).find((candidate) =>
      Object.keys(wire.messages).some((name) => name.startsWith(`${candidate}.`)),
    );
    if (home === undefined || wire.messages[`${home}.${kind}`] === undefined) {
      if (wire.messages[`${metaPackage}.${kind}`] !== undefined) return;
      // A kind without a message (v1beta1 of a group that only keeps its storage form) can't be converted.
      console.warn(`no message for ${group}/${version} ${kind}`);
      return;
    }
    const key = group === '' ? version : `${group}/${version}`;
    const entry = kinds.get(key) ?? { package: home, kinds: new Set() };
    kinds.set(key, entry);
    entry.kinds.add(kind);
    if (wire.messages[`${home}.${kind}List`] !== undefined) entry.kinds.add(`${kind}List`);
  };
  for (const { group, version, kind } of goldenNames.map(parseGoldenName)) add(group, version, kind);
  for (const group of facts.groups) {
    for (const stored of Object.values(group.storageVersion)) add(stored.group, stored.version, stored.kind);
    for (const version of group.versions) {
      for (const resource of version.resources) {
        add(group.name, version.version, resource.kind);
        for (const sub of resource.subresources) {
          add(sub.group ?? group.name, sub.version ?? version.version, sub.kind);
        }
      }
    }
  }
  const sortedKinds = [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, { package: home, kinds: names }]) =>
        `${JSON.stringify(key)}:${JSON.stringify({ package: home, kinds: [...names].sort() })}`,
    );
  const groups = facts.groups.map((group) => JSON.stringify(group));
  return (
    `{"version":${JSON.stringify(facts.kubernetesVersion)},\n"kinds":{\n${sortedKinds.join(',\n')}},\n` +
    `"groups":[\n${groups.join(',\n')}]}\n`
  );
}
