/** Built-in kinds and resources of the target version, from the generated tables. */
import { readFileSync } from 'node:fs';
import { apiVersionOf, groupVersionOf, type GroupVersionKind } from './group-version.ts';
import type { ResourceInfo, SubresourceInfo } from './resource-info.ts';

export { apiVersionOf, groupVersionOf, type GroupVersionKind } from './group-version.ts';
export type { ResourceInfo, SubresourceInfo } from './resource-info.ts';

interface KindTable {
  version: string;
  kinds: Readonly<Record<string, { package: string; kinds: readonly string[] }>>;
  groups: readonly GroupRow[];
}

interface GroupRow {
  name: string;
  storageVersion: Readonly<Record<string, GroupVersionKind>>;
  versions: readonly {
    version: string;
    servedByDefault: boolean;
    resources: readonly ResourceRow[];
  }[];
}

type ResourceRow = Omit<
  ResourceInfo,
  'group' | 'version' | 'servedByDefault' | 'storedAs' | 'storageKeyPrefix' | 'subresources'
> & {
  storageKeyPrefix: string | null;
  subresources: readonly SubresourceRow[];
};

type SubresourceRow = Omit<SubresourceInfo, 'group' | 'version'> & { group?: string; version?: string };

/** A kind and the message that carries it. */
export interface KindInfo extends GroupVersionKind {
  apiVersion: string;
  /** Full name of its message: `k8s.io.api.core.v1.Pod`. */
  message: string;
  /** `PodList` and its like. */
  isList: boolean;
}

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** Kinds of `meta/v1` that every group and version has. */
const everywhereKinds: readonly string[] = [
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'WatchEvent',
];

/** Kinds of `meta/v1` that only `v1` has. */
const unversionedKinds: readonly string[] = [
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'List',
  'Status',
];

const metaKinds: readonly string[] = ['PartialObjectMetadata', 'PartialObjectMetadataList'];

let kindTable: KindTable | undefined;
let kinds: ReadonlyMap<string, KindInfo> | undefined;
let kindMessages: ReadonlySet<string> | undefined;
let resourceList: readonly ResourceInfo[] | undefined;
let resourceIndex: ReadonlyMap<string, ResourceInfo> | undefined;

function loadTable(): KindTable {
  kindTable ??= JSON.parse(
    readFileSync(new URL('./generated/resources.json', import.meta.url), 'utf8'),
  ) as KindTable;
  return kindTable;
}

function buildKinds(): ReadonlyMap<string, KindInfo> {
  const all = new Map<string, KindInfo>();
  const add = (apiVersion: string, kind: string, home: string): void => {
    const key = `${apiVersion}#${kind}`;
    if (all.has(key)) return;
    const isList = kind.endsWith('List') && kind !== 'APIResourceList' && kind !== 'APIGroupList';
    all.set(key, { ...groupVersionOf(apiVersion), kind, apiVersion, message: `${home}.${kind}`, isList });
  };
  const table = loadTable();
  for (const [apiVersion, entry] of Object.entries(table.kinds)) {
    for (const kind of entry.kinds) add(apiVersion, kind, entry.package);
    for (const kind of everywhereKinds) add(apiVersion, kind, metaPackage);
  }
  for (const kind of unversionedKinds) add('v1', kind, metaPackage);
  for (const kind of [...metaKinds, ...everywhereKinds, ...unversionedKinds]) {
    if (kind !== 'List') add('meta.k8s.io/v1', kind, metaPackage);
  }
  return all;
}

/** Every kind that has a message, by `apiVersion#kind`. */
export function knownKinds(): ReadonlyMap<string, KindInfo> {
  kinds ??= buildKinds();
  return kinds;
}

/** The kind of an object by its own `apiVersion` and `kind`; undefined where it isn't built in. */
export function kindOf(apiVersion: string, kind: string): KindInfo | undefined {
  return knownKinds().get(`${apiVersion}#${kind}`);
}

/** The same by group, version and kind. */
export function kindInfo(gvk: GroupVersionKind): KindInfo | undefined {
  return kindOf(apiVersionOf(gvk), gvk.kind);
}

/** Whether a message is a kind, that is has `kind` and `apiVersion` in its JSON. */
export function isKindMessage(message: string): boolean {
  kindMessages ??= new Set(
    [...knownKinds().values()].filter(({ kind }) => kind !== 'WatchEvent').map((info) => info.message),
  );
  return kindMessages.has(message);
}

/** Full name of the message that carries a kind. */
export function messageOf(gvk: GroupVersionKind): string | undefined {
  return kindInfo(gvk)?.message;
}

function buildResource(
  group: GroupRow,
  version: GroupRow['versions'][number],
  row: ResourceRow,
): ResourceInfo {
  return {
    group: group.name,
    version: version.version,
    name: row.name,
    singularName: row.singularName,
    kind: row.kind,
    namespaced: row.namespaced,
    shortNames: row.shortNames,
    categories: row.categories,
    verbs: row.verbs,
    storageKeyPrefix: row.storageKeyPrefix ?? undefined,
    storedAs: group.storageVersion[`${version.version}/${row.name}`] ?? {
      group: group.name,
      version: version.version,
      kind: row.kind,
    },
    servedByDefault: version.servedByDefault,
    subresources: row.subresources.map((sub) =>
      Object.assign({}, sub, { group: sub.group ?? group.name, version: sub.version ?? version.version }),
    ),
  };
}

/** Every built-in resource of every version, in the order of discovery. */
export function resources(): readonly ResourceInfo[] {
  resourceList ??= loadTable().groups.flatMap((group) =>
    group.versions.flatMap((version) => version.resources.map((row) => buildResource(group, version, row))),
  );
  return resourceList;
}

/** One resource by its plural name; undefined where it isn't built in. */
export function resourceInfo(group: string, version: string, name: string): ResourceInfo | undefined {
  resourceIndex ??= new Map(resources().map((info) => [`${info.group}/${info.version}/${info.name}`, info]));
  return resourceIndex.get(`${group}/${version}/${name}`);
}
